package org.stellwerk.runtime.messages;

/** "Done": the answer of a call that has nothing else to say. */
public enum Acknowledge {
  INSTANCE
}
