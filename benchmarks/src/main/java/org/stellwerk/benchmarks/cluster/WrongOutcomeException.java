package org.stellwerk.benchmarks.cluster;

/** The cluster has done something that it must not do; one line for people. */
public final class WrongOutcomeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** One line that says what. */
  public WrongOutcomeException(String message) {
    super(message);
  }
}
