package org.stellwerk.runtime.io;

/**
 * The channels that one consumer has asked for together, as the producers here see them: each knows
 * its own by the index of its subtask. A channel is a few bits of the group until its producer
 * writes to it or ends it; an idle one never becomes an object. Thread-safe.
 */
abstract sealed class ChannelGroup permits LocalChannels, RemoteSenders {

  private final ChannelRequests requests;

  /** Whether the consumer has left or is lost, so that no end of a channel concerns it. */
  private volatile boolean left;

  /** Whether the consumer has been told that a producer ended badly; guarded by this. */
  private boolean producerEnded;

  ChannelGroup(ChannelRequests requests) {
    this.requests = requests;
  }

  final ChannelRequests requests() {
    return requests;
  }

  /** A producer is there. */
  abstract void attached(int index);

  /** There will be no such producer. */
  abstract void refused(int index, ChannelError error);

  /**
   * The channel of a producer that was attached, made if need be.
   *
   * @param producer under which the producer's thread waits
   */
  abstract ChannelSink sink(int index, CancelScope producer);

  /** The producer failed or was cancelled: what was not sent is dropped. */
  abstract void abort(int index, ChannelError error);

  /** The consumer is gone; its channels are being closed. */
  final void markLeft() {
    left = true;
  }

  final boolean isLeft() {
    return left;
  }

  /**
   * Whether the consumer has to be told of an end, which the caller does then. It leaves all of its
   * channels after the first producer that ended badly, so that one is enough: of all-to-all
   * channels, whose producers end together, there are as many as producers times consumers.
   */
  final synchronized boolean claimNews(ChannelError error) {
    if (error.kind() != ChannelError.Kind.PRODUCER_ENDED) {
      return true;
    }
    boolean first = !producerEnded;
    producerEnded = true;
    return first;
  }
}
