package org.stellwerk.runtime.messages;

/** Carries a {@link SerializedThrowable} where an exception is needed. */
public final class SerializedThrowableException extends Exception {

  private final transient SerializedThrowable serialized;

  SerializedThrowableException(SerializedThrowable serialized) {
    super(
        serialized.describe(),
        serialized.cause() == null ? null : serialized.cause().toException(),
        false,
        false);
    this.serialized = serialized;
  }

  /** The failure as data. */
  public SerializedThrowable serialized() {
    return serialized;
  }
}
