package org.stellwerk.rpc.simulation;

/**
 * Something that must hold in every run does not. The simulator itself reports two of them, for any
 * endpoint: an exception that a callback throws and nobody hears of (I9); a call that is answered
 * twice, or a timer that fires for an endpoint that has ended (I10).
 */
public final class InvariantViolation extends AssertionError {

  private static final long serialVersionUID = 1L;

  private final String id;

  /**
   * A violation.
   *
   * @param id what was broken, "I9" for example; docs/simulation.md lists them
   * @param message what was found, with the ids involved
   */
  public InvariantViolation(String id, String message) {
    super(id + ": " + message);
    this.id = id;
  }

  /** What was broken. */
  public String id() {
    return id;
  }
}
