package org.stellwerk.runtime.io;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The consumer's end of a channel from another TaskExecutor that carries data. Promises the
 * producer room for as many bytes as its share of the memory is, and renews the promise when the
 * reader has consumed. The event loop puts chunks in, the reader's thread takes them. The monitor
 * guards all fields; the group is called outside of it.
 */
final class RemoteInputChannel extends InputChannel {

  private final RemoteInputs group;
  private final int index;
  private final MemoryShares shares;

  private final Queue<byte[]> chunks = new ArrayDeque<>(4);

  /** Promised and not yet used by the producer. */
  private int outstanding;

  /** Received and not yet consumed. */
  private int unconsumed;

  private boolean endReceived;
  private boolean endPolled;
  private boolean closed;

  /**
   * @param credits how many bytes the producer may send
   */
  RemoteInputChannel(RemoteInputs group, int index, MemoryShares shares, int credits) {
    this.group = group;
    this.index = index;
    this.shares = shares;
    this.outstanding = credits;
  }

  @Override
  ChannelRequest request() {
    return group.requests().get(index);
  }

  /**
   * A piece of the stream has arrived.
   *
   * @return false if it is more than was promised
   */
  synchronized boolean data(byte[] bytes) {
    if (closed) {
      return true;
    }
    if (bytes.length > outstanding) {
      return false;
    }
    outstanding -= bytes.length;
    unconsumed += bytes.length;
    shares.buffered(bytes.length);
    chunks.add(bytes);
    return true;
  }

  synchronized void end() {
    endReceived = true;
  }

  @Override
  synchronized @Nullable Delivery poll() {
    byte[] next = chunks.poll();
    if (next != null) {
      return new Delivery.Bytes(next);
    }
    if (endReceived && !endPolled) {
      endPolled = true;
      return Delivery.END;
    }
    return null;
  }

  @Override
  synchronized boolean hasMore() {
    return !chunks.isEmpty() || (endReceived && !endPolled);
  }

  @Override
  void consumed(int bytes) {
    int grant = 0;
    synchronized (this) {
      if (closed) {
        return;
      }
      unconsumed -= bytes;
      shares.buffered(-bytes);
      int window = shares.window();
      if (!endReceived && outstanding <= window / 2) {
        grant = Math.max(0, window - unconsumed - outstanding);
        outstanding += grant;
      }
    }
    if (grant > 0) {
      group.grant(index, grant);
    }
  }

  /** The reader has left. */
  synchronized void close() {
    closed = true;
    shares.buffered(-unconsumed);
    unconsumed = 0;
    chunks.clear();
  }
}
