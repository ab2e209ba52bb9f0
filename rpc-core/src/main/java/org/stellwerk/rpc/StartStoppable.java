package org.stellwerk.rpc;

/** Something that answers calls only between start and stop. */
public interface StartStoppable {

  /** Begins to process messages; idempotent. */
  void start();

  /** Ceases to process messages; may be started again. */
  void stop();
}
