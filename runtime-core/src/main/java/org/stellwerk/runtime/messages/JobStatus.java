package org.stellwerk.runtime.messages;

import java.util.EnumSet;
import java.util.Set;

/**
 * The states of a job and their allowed transitions. FAILED, CANCELED and FINISHED are globally
 * terminal: the job is over for the whole cluster. SUSPENDED is terminal for one leader session
 * only: another will take the job up again.
 */
public enum JobStatus {
  INITIALIZING,
  CREATED,
  RUNNING,
  FAILING,
  FAILED,
  CANCELLING,
  CANCELED,
  FINISHED,
  RESTARTING,
  SUSPENDED,
  RECONCILING;

  /** Whether the job is over for the whole cluster. */
  public boolean isGloballyTerminal() {
    return this == FAILED || this == CANCELED || this == FINISHED;
  }

  /** Whether the job is over for its leader session. */
  public boolean isTerminal() {
    return isGloballyTerminal() || this == SUSPENDED;
  }

  /** The states that may follow this one. */
  public Set<JobStatus> successors() {
    return switch (this) {
      case INITIALIZING ->
          EnumSet.of(CREATED, RECONCILING, FAILED, CANCELLING, CANCELED, SUSPENDED);
      case RECONCILING, CREATED ->
          EnumSet.of(RUNNING, FAILING, FAILED, CANCELLING, CANCELED, SUSPENDED);
      case RUNNING -> EnumSet.of(FAILING, CANCELLING, RESTARTING, FINISHED, SUSPENDED);
      case RESTARTING -> EnumSet.of(CREATED, RUNNING, FAILING, CANCELLING, CANCELED, SUSPENDED);
      case FAILING -> EnumSet.of(FAILED, CANCELLING, SUSPENDED);
      case CANCELLING -> EnumSet.of(CANCELED, SUSPENDED);
      case FAILED, CANCELED, FINISHED, SUSPENDED -> EnumSet.noneOf(JobStatus.class);
    };
  }

  /** Whether the transition is allowed. */
  public boolean canBecome(JobStatus next) {
    return successors().contains(next);
  }
}
