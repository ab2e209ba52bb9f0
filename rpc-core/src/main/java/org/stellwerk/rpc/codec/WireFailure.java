package org.stellwerk.rpc.codec;

import org.jspecify.annotations.Nullable;

/** Why a value cannot be written or read, and where in it; grows its path on the way up. */
final class WireFailure extends RuntimeException {

  private final StringBuilder path = new StringBuilder();
  private final String reason;

  WireFailure(String reason) {
    this(reason, null);
  }

  WireFailure(String reason, @Nullable Throwable cause) {
    super(reason, cause, false, false);
    this.reason = reason;
  }

  /** Any failure as a WireFailure. */
  static WireFailure of(Throwable failure) {
    if (failure instanceof WireFailure wire) {
      return wire;
    }
    String message = failure.getMessage();
    return new WireFailure(
        failure.getClass().getSimpleName() + (message == null ? "" : ": " + message), failure);
  }

  /** The failure as seen from the enclosing value. */
  WireFailure in(String step) {
    path.insert(0, step);
    return this;
  }

  String reason() {
    return reason;
  }

  /** For instance {@code .slots[3].profile}; empty for the value itself. */
  String path() {
    return path.toString();
  }
}
