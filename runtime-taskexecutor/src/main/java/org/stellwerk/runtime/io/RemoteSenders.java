package org.stellwerk.runtime.io;

import org.jspecify.annotations.Nullable;

/**
 * The producers' end of the channels that a consumer in another TaskExecutor has asked for in one
 * frame. Counts those that are open; makes a {@link RemoteSender} for those that are used. The
 * monitor guards all fields; senders' monitors are never waited for under it, but it under theirs.
 */
final class RemoteSenders extends ChannelGroup {

  private static final byte REQUESTED = 0;
  private static final byte ATTACHED = 1;
  private static final byte CLOSED = 2;

  private final Connection connection;
  private final int number;
  private final int credits;
  private final ExchangeContext context;

  /** By index; REQUESTED at first. */
  private final byte[] states;

  private RemoteSender @Nullable [] senders;
  private @Nullable ConsumerEnd consumerEnd;
  private String consumerEndReason = "";
  private @Nullable TaskManagerLostException lost;

  /** Of how many channels the consumer knows no end; the event loop only. */
  private int open;

  /**
   * @param number the consumer's for the group, on this connection
   * @param credits how many bytes each channel may send at first
   */
  RemoteSenders(
      Connection connection,
      int number,
      ChannelRequests requests,
      int credits,
      ExchangeContext context) {
    super(requests);
    this.connection = connection;
    this.number = number;
    this.credits = credits;
    this.context = context;
    this.states = new byte[requests.size()];
    this.open = states.length;
  }

  Connection connection() {
    return connection;
  }

  int number() {
    return number;
  }

  ExchangeContext context() {
    return context;
  }

  @Override
  synchronized void attached(int index) {
    if (states[index] == REQUESTED) {
      states[index] = ATTACHED;
      context.shares().sendersOpened(1);
    }
  }

  @Override
  void refused(int index, ChannelError error) {
    synchronized (this) {
      closed(index);
    }
    connection.sendError(this, index, error);
  }

  @Override
  RemoteSender sink(int index, CancelScope producer) {
    return sender(index, producer);
  }

  /** Sends a finished result; {@link RemoteSender#attached} says which. */
  RemoteSender feedSender(int index) {
    attached(index);
    return sender(index, null);
  }

  private synchronized RemoteSender sender(int index, @Nullable CancelScope producer) {
    RemoteSender[] made = senders;
    if (made == null) {
      made = new RemoteSender[states.length];
      senders = made;
    }
    RemoteSender sender = made[index];
    if (sender == null) {
      sender = new RemoteSender(this, index, credits, producer);
      made[index] = sender;
      if (consumerEnd != null) {
        sender.consumerClosed(consumerEnd, consumerEndReason);
      } else if (lost != null) {
        sender.connectionLost(lost);
      }
    }
    return sender;
  }

  private synchronized @Nullable RemoteSender made(int index) {
    return senders == null ? null : senders[index];
  }

  @Override
  void abort(int index, ChannelError error) {
    RemoteSender sender;
    synchronized (this) {
      sender = made(index);
      if (sender == null) {
        if (states[index] == CLOSED) {
          return;
        }
        closed(index);
      }
    }
    if (sender != null) {
      sender.abort(error);
    } else if (claimNews(error)) {
      connection.sendError(this, index, error);
    }
  }

  /** Nothing is sent in the channel any more. */
  synchronized void closed(int index) {
    if (states[index] == ATTACHED) {
      context.shares().sendersClosed(1);
    }
    states[index] = CLOSED;
  }

  /** The consumer has room for more. */
  void credit(int index, int bytes) {
    RemoteSender sender = made(index);
    if (sender != null) {
      sender.credit(bytes);
    }
  }

  /** The consumer left before the end. */
  void consumerClosed(ConsumerEnd end, String reason) {
    RemoteSender[] made;
    synchronized (this) {
      if (consumerEnd != null) {
        return;
      }
      consumerEnd = end;
      consumerEndReason = reason;
      made = closeIdle();
      markLeft();
    }
    for (RemoteSender sender : made) {
      if (sender != null) {
        sender.consumerClosed(end, reason);
      }
    }
  }

  /** The connection is gone. */
  void connectionLost(TaskManagerLostException cause) {
    RemoteSender[] made;
    synchronized (this) {
      lost = cause;
      made = closeIdle();
      markLeft();
    }
    for (RemoteSender sender : made) {
      if (sender != null) {
        sender.connectionLost(cause);
      }
    }
  }

  /** Closes the channels that have no sender; who makes one from here on learns why. */
  private RemoteSender[] closeIdle() {
    RemoteSender[] made = senders;
    int attached = 0;
    for (int i = 0; i < states.length; i++) {
      if (made == null || made[i] == null) {
        attached += states[i] == ATTACHED ? 1 : 0;
        states[i] = CLOSED;
      }
    }
    context.shares().sendersClosed(attached);
    return made == null ? new RemoteSender[0] : made.clone();
  }

  /** How many channels are open; the event loop only. */
  int open() {
    return open;
  }

  /**
   * The consumer has been told the end of a channel. The event loop only.
   *
   * @return whether it knows that of all
   */
  boolean told() {
    open--;
    return open == 0;
  }
}
