package org.stellwerk.runtime.messages;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The states of one attempt of a subtask and their allowed transitions; the same on both sides.
 *
 * <pre>
 * CREATED → SCHEDULED → DEPLOYING → INITIALIZING → RUNNING → FINISHED
 *    any of those → CANCELING → CANCELED; any but the terminal ones → FAILED
 * </pre>
 */
public enum ExecutionState {
  CREATED,
  SCHEDULED,
  DEPLOYING,
  INITIALIZING,
  RUNNING,
  FINISHED,
  CANCELING,
  CANCELED,
  FAILED;

  /** Asked for at every transition of every task. */
  private static final Map<ExecutionState, Set<ExecutionState>> SUCCESSORS =
      new EnumMap<>(ExecutionState.class);

  static {
    for (ExecutionState state : values()) {
      SUCCESSORS.put(state, Collections.unmodifiableSet(successorsOf(state)));
    }
  }

  /** Whether the attempt is over. */
  public boolean isTerminal() {
    return this == FINISHED || this == CANCELED || this == FAILED;
  }

  private static Set<ExecutionState> successorsOf(ExecutionState state) {
    return switch (state) {
      case CREATED -> EnumSet.of(SCHEDULED, DEPLOYING, CANCELING, CANCELED, FAILED);
      case SCHEDULED -> EnumSet.of(DEPLOYING, CANCELING, CANCELED, FAILED);
      case DEPLOYING -> EnumSet.of(INITIALIZING, RUNNING, FINISHED, CANCELING, CANCELED, FAILED);
      case INITIALIZING -> EnumSet.of(RUNNING, FINISHED, CANCELING, CANCELED, FAILED);
      case RUNNING -> EnumSet.of(FINISHED, CANCELING, CANCELED, FAILED);
      case CANCELING -> EnumSet.of(CANCELED, FINISHED, FAILED);
      case FINISHED, CANCELED, FAILED -> EnumSet.noneOf(ExecutionState.class);
    };
  }

  /** Whether the transition is allowed. */
  public boolean canBecome(ExecutionState next) {
    return Objects.requireNonNull(SUCCESSORS.get(this)).contains(next);
  }
}
