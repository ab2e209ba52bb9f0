package org.stellwerk.runtime.io;

import org.jspecify.annotations.Nullable;

/**
 * The consumer's end of one channel. The gate that it belongs to is told when there is something to
 * poll.
 */
abstract sealed class InputChannel permits LocalChannel, RemoteInputChannel, StoredChannel {

  /** Whether the channel stands in the gate's queue; guarded by the gate. */
  private boolean enqueued;

  /** Whether the reader has met the end; the reader's thread only. */
  private boolean ended;

  final boolean isEnqueued() {
    return enqueued;
  }

  final void setEnqueued(boolean value) {
    enqueued = value;
  }

  final boolean isEnded() {
    return ended;
  }

  final void setEnded() {
    ended = true;
  }

  /** Which producer it reads from, for messages. */
  abstract ChannelRequest request();

  /** The next piece; null if there is none now. The reader's thread only. */
  abstract @Nullable Delivery poll();

  /** Whether there is something to poll. */
  abstract boolean hasMore();

  /** A piece of bytes was read to its end. */
  abstract void consumed(int bytes);
}
