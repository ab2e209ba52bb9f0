package org.stellwerk.client;

/** No cluster answers at the address, or the connection broke before it had answered. */
public final class ClusterUnreachableException extends ClusterException {

  private final boolean asked;

  /**
   * An exception.
   *
   * @param asked whether the request may have reached the cluster
   */
  public ClusterUnreachableException(String message, boolean asked, Throwable cause) {
    super(message, cause);
    this.asked = asked;
  }

  @Override
  public boolean isTransient() {
    return true;
  }

  @Override
  public boolean isOutcomeUnknown() {
    return asked;
  }
}
