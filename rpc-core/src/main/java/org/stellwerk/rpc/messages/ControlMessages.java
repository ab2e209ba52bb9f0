package org.stellwerk.rpc.messages;

/** The life cycle of an endpoint, as messages to its main thread. */
public enum ControlMessages {
  START,
  STOP,
  TERMINATE
}
