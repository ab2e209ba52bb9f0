package org.stellwerk.runtime.taskexecutor;

import java.util.EnumSet;
import java.util.Set;

/**
 * The states of a slot and their allowed transitions.
 *
 * <pre>
 * FREE → ALLOCATED → ACTIVE
 * ALLOCATED or ACTIVE → RELEASING (tasks still run) → FREE
 * ALLOCATED or ACTIVE → FREE (nothing runs)
 * </pre>
 */
public enum SlotState {
  /** Nobody has it. */
  FREE,
  /** A job has it, whose master has not yet accepted it. Tasks may come already. */
  ALLOCATED,
  /** The job's master has accepted it. */
  ACTIVE,
  /** The job has lost it, but tasks still run in it. */
  RELEASING;

  private Set<SlotState> successors() {
    return switch (this) {
      case FREE -> EnumSet.of(ALLOCATED);
      case ALLOCATED -> EnumSet.of(ACTIVE, RELEASING, FREE);
      case ACTIVE -> EnumSet.of(RELEASING, FREE);
      case RELEASING -> EnumSet.of(FREE);
    };
  }

  /** Whether the transition is allowed. */
  boolean canBecome(SlotState next) {
    return successors().contains(next);
  }
}
