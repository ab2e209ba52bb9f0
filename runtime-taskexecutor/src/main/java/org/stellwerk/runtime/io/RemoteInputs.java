package org.stellwerk.runtime.io;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.taskexecutor.PartitionNotFoundException;

/**
 * The consumer's end of the channels that one gate asks of another TaskExecutor in one frame. A
 * {@link RemoteInputChannel} is made when the first data of its channel comes; one that ends
 * without any never is an object. The event loop tells what comes, the reader's thread leaves. The
 * monitor guards all fields; gate, connection and channels are called outside of it.
 */
final class RemoteInputs implements InputGroup {

  private final ChannelRequests requests;
  private final TaskManagerLocation location;
  private final InputGate<?> gate;
  private final ExchangeContext context;

  private @Nullable Connection connection;
  private int number;
  private int credits;

  /** The channels that have ended, well or badly. */
  private final BitSet ended;

  private RemoteInputChannel @Nullable [] channels;
  private boolean closed;
  private boolean finished;

  RemoteInputs(
      ChannelRequests requests,
      TaskManagerLocation location,
      InputGate<?> gate,
      ExchangeContext context) {
    this.requests = requests;
    this.location = location;
    this.gate = gate;
    this.context = context;
    this.ended = new BitSet(requests.size());
    context.shares().receiversOpened(requests.size());
  }

  ChannelRequests requests() {
    return requests;
  }

  synchronized int number() {
    return number;
  }

  /**
   * The connection is there; the caller now sends the request.
   *
   * @param promised how many bytes each producer may send
   * @return false if the reader has left meanwhile
   */
  synchronized boolean open(Connection via, int groupNumber, int promised) {
    if (closed) {
      return false;
    }
    connection = via;
    number = groupNumber;
    credits = promised;
    return true;
  }

  /** Whether the reader has left because it needs no more. */
  synchronized boolean hasFinished() {
    return finished;
  }

  /**
   * A piece of a channel's stream has arrived.
   *
   * @return false if it is more than was promised, or comes after the end
   */
  boolean data(int index, byte[] bytes) {
    RemoteInputChannel channel;
    synchronized (this) {
      if (closed) {
        return true;
      }
      if (ended.get(index)) {
        return false;
      }
      channel = channel(index);
    }
    if (!channel.data(bytes)) {
      return false;
    }
    gate.channelReady(channel);
    return true;
  }

  private RemoteInputChannel channel(int index) {
    RemoteInputChannel[] made = channels;
    if (made == null) {
      made = new RemoteInputChannel[requests.size()];
      channels = made;
    }
    RemoteInputChannel channel = made[index];
    if (channel == null) {
      channel = new RemoteInputChannel(this, index, context.shares(), credits);
      made[index] = channel;
    }
    return channel;
  }

  /**
   * All of a channel has arrived.
   *
   * @return whether no channel is open any more
   */
  boolean end(int index) {
    RemoteInputChannel channel;
    boolean last;
    synchronized (this) {
      if (ended.get(index)) {
        return false;
      }
      ended.set(index);
      channel = channels == null ? null : channels[index];
      last = hasEnded();
    }
    if (channel == null) {
      gate.channelEnded();
    } else {
      channel.end();
      gate.channelReady(channel);
    }
    return last;
  }

  /**
   * A channel has ended badly.
   *
   * @return whether no channel is open any more
   */
  boolean error(int index, ChannelError error) {
    boolean last;
    synchronized (this) {
      ended.set(index);
      last = hasEnded();
    }
    gate.fail(error, requests, index, location);
    return last;
  }

  private boolean hasEnded() {
    return ended.nextClearBit(0) >= requests.size();
  }

  /** How many channels are open. */
  synchronized int openChannels() {
    return requests.size() - ended.cardinality();
  }

  void connectionLost(TaskManagerLostException cause) {
    gate.fail(cause);
  }

  /** There was no connection at all: a finished result is as good as gone. */
  void unreachable(TaskManagerLostException cause) {
    if (!requests.stored()) {
      gate.fail(cause);
      return;
    }
    ChannelRequest first = requests.get(0);
    gate.fail(
        new PartitionNotFoundException(
            "Cannot read " + first.describe() + ": " + cause.getMessage(),
            first.producer(),
            cause));
  }

  /** Promises the producer of a channel room for more. */
  void grant(int index, int bytes) {
    Connection via;
    int group;
    synchronized (this) {
      via = connection;
      group = number;
    }
    if (via != null) {
      via.sendCredit(group, index, bytes);
    }
  }

  @Override
  public void close(ConsumerEnd end, String reason) {
    Connection via;
    RemoteInputChannel[] made;
    boolean tellProducers;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      finished = end == ConsumerEnd.FINISHED;
      via = connection;
      made = channels;
      channels = null;
      tellProducers = !hasEnded();
    }
    context.shares().receiversClosed(requests.size());
    if (made != null) {
      for (RemoteInputChannel channel : made) {
        if (channel != null) {
          channel.close();
        }
      }
    }
    if (via != null && tellProducers) {
      via.closeReceivers(this, end, reason);
    }
  }
}
