package org.stellwerk.runtime.io;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;

/**
 * One consumer's share of one output of a task. Holds nothing until its consumer has asked for it;
 * a producer that comes to it earlier waits. Thread-safe.
 */
final class Subpartition {

  private final CancelScope scope;
  private volatile @Nullable ChannelSink sink;
  private @Nullable ExecutionAttemptID consumer;

  Subpartition(CancelScope scope) {
    this.scope = scope;
  }

  /**
   * Gives the consumer's channel.
   *
   * @return null if it was taken, else the consumer that has one already: records cannot be read
   *     twice
   */
  synchronized @Nullable ExecutionAttemptID attach(ExecutionAttemptID by, ChannelSink channel) {
    if (consumer != null) {
      return consumer;
    }
    consumer = by;
    channel.attached(scope);
    sink = channel;
    notifyAll();
    return null;
  }

  /** The channel, if the consumer has asked for it. */
  @Nullable ChannelSink sink() {
    return sink;
  }

  /** Waits for the consumer. */
  ChannelSink awaitSink() throws InterruptedException {
    ChannelSink current = sink;
    return current != null ? current : waitForSink();
  }

  private synchronized ChannelSink waitForSink() throws InterruptedException {
    ChannelSink current = sink;
    while (current == null) {
      scope.await(this, 0);
      current = sink;
    }
    return current;
  }
}
