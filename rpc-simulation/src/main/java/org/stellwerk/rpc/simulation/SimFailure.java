package org.stellwerk.rpc.simulation;

import org.jspecify.annotations.Nullable;

/** Why a simulation ended before its code was through: shows the last events and the seed. */
public final class SimFailure extends AssertionError {

  private static final long serialVersionUID = 1L;

  /** What kind of failure it is. */
  public enum Kind {
    /** A check failed, or an exception left an event; the cause says which. */
    VIOLATION,
    /** A process reported a fault that was not expected; the cause is the fault. */
    FATAL_ERROR,
    /** Events follow one another while virtual time stands still. */
    LIVE_LOCK,
    /** More events or more virtual time than the {@link SimBudget} allows. */
    BUDGET,
    /** What was waited for did not come, or not as it should. */
    NOT_REACHED
  }

  private final Kind kind;

  SimFailure(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What kind of failure it is. */
  public Kind kind() {
    return kind;
  }
}
