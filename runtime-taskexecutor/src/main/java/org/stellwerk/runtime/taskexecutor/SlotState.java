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
 * ALLOCATED, ACTIVE or RELEASING → QUARANTINED (a task does not end) → FREE
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
  RELEASING,
  /** A task in it does not end though it was told to; nobody has any use of the slot till then. */
  QUARANTINED;

  private Set<SlotState> successors() {
    return switch (this) {
      case FREE -> EnumSet.of(ALLOCATED);
      case ALLOCATED -> EnumSet.of(ACTIVE, RELEASING, QUARANTINED, FREE);
      case ACTIVE -> EnumSet.of(RELEASING, QUARANTINED, FREE);
      case RELEASING -> EnumSet.of(QUARANTINED, FREE);
      case QUARANTINED -> EnumSet.of(FREE);
    };
  }

  /** Whether the transition is allowed. */
  boolean canBecome(SlotState next) {
    return successors().contains(next);
  }
}
