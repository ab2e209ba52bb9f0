package org.stellwerk.runtime.io;

import org.jspecify.annotations.Nullable;

/**
 * The channels of one gate from producers of the same TaskExecutor. A {@link LocalChannel} is made
 * when its producer writes to it or ends it. The monitor guards all fields; gate and channels are
 * called outside of it, except for a channel that nobody else knows yet.
 */
final class LocalChannels extends ChannelGroup implements InputGroup {

  private final InputGate<?> gate;
  private final ExchangeContext context;

  private LocalChannel @Nullable [] channels;
  private @Nullable ConsumerEnd consumerEnd;
  private String consumerEndReason = "";

  LocalChannels(ChannelRequests requests, InputGate<?> gate, ExchangeContext context) {
    super(requests);
    this.gate = gate;
    this.context = context;
  }

  InputGate<?> gate() {
    return gate;
  }

  ExchangeContext context() {
    return context;
  }

  @Override
  void attached(int index) {
    // Nothing is counted: in-process channels take no memory of the exchange.
  }

  @Override
  void refused(int index, ChannelError error) {
    fail(index, error);
  }

  @Override
  synchronized LocalChannel sink(int index, CancelScope producer) {
    LocalChannel[] made = channels;
    if (made == null) {
      made = new LocalChannel[requests().size()];
      channels = made;
    }
    LocalChannel channel = made[index];
    if (channel == null) {
      channel = new LocalChannel(this, index, producer);
      made[index] = channel;
      if (consumerEnd != null) {
        channel.close(consumerEnd, consumerEndReason);
      }
    }
    return channel;
  }

  @Override
  void abort(int index, ChannelError error) {
    LocalChannel channel;
    synchronized (this) {
      channel = channels == null ? null : channels[index];
    }
    if ((channel == null || channel.abort()) && claimNews(error)) {
      fail(index, error);
    }
  }

  private void fail(int index, ChannelError error) {
    gate.fail(error, requests(), index, null);
  }

  @Override
  public void close(ConsumerEnd end, String reason) {
    LocalChannel[] made;
    synchronized (this) {
      if (consumerEnd != null) {
        return;
      }
      consumerEnd = end;
      consumerEndReason = reason;
      markLeft();
      made = channels == null ? new LocalChannel[0] : channels.clone();
    }
    for (LocalChannel channel : made) {
      if (channel != null) {
        channel.close(end, reason);
      }
    }
  }
}
