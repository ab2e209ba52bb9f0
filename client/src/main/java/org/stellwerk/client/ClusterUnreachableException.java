package org.stellwerk.client;

/** No cluster answers at the address, or the connection broke before it had answered. */
public final class ClusterUnreachableException extends ClusterException {

  public ClusterUnreachableException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isTransient() {
    return true;
  }
}
