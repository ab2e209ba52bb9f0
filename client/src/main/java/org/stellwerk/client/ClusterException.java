package org.stellwerk.client;

/**
 * The cluster refused a request or could not be asked. The message is one line for people: what
 * happened, where, what to do.
 */
public class ClusterException extends RuntimeException {

  /** The status of an exception that no answer of the cluster stands behind. */
  public static final int NO_ANSWER = 0;

  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int SERVICE_UNAVAILABLE = 503;

  private final int httpStatus;

  /** An answer of the cluster that is an error. */
  public ClusterException(String message, int httpStatus) {
    super(message);
    this.httpStatus = httpStatus;
  }

  /** A failure without an answer. */
  public ClusterException(String message, Throwable cause) {
    super(message, cause);
    this.httpStatus = NO_ANSWER;
  }

  /** Whether the cluster does not know what was asked for. */
  public final boolean isNotFound() {
    return httpStatus == NOT_FOUND;
  }

  /** Whether what was to be made exists already. */
  public final boolean isConflict() {
    return httpStatus == CONFLICT;
  }

  /**
   * Whether the same request may succeed a little later, as when a new leader takes over. The
   * outcome of a request that changes something is unknown then.
   */
  public boolean isTransient() {
    return httpStatus == SERVICE_UNAVAILABLE;
  }

  /** Whether the cluster may have done what it was asked for although it did not say so. */
  public boolean isOutcomeUnknown() {
    return isTransient();
  }
}
