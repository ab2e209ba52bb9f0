package org.stellwerk.runtime.io;

/** What a channel hands its reader. */
sealed interface Delivery {

  /** Records of an in-process channel, by reference. */
  record Records(Object[] records, int count) implements Delivery {}

  /** A piece of the byte stream of a channel from another TaskExecutor. */
  record Bytes(byte[] data) implements Delivery {}

  /** The producer has ended well. */
  record End() implements Delivery {}

  End END = new End();
}
