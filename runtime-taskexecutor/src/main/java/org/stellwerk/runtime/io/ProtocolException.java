package org.stellwerk.runtime.io;

/** A peer does not keep to the protocol of the data exchange. */
final class ProtocolException extends Exception {

  private static final long serialVersionUID = 1L;

  ProtocolException(String what) {
    super("protocol violated, " + what);
  }
}
