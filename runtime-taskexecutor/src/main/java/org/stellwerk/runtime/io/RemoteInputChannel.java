package org.stellwerk.runtime.io;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.taskexecutor.PartitionNotFoundException;

/**
 * The consumer's end of a channel from another TaskExecutor. Promises the producer room for as many
 * bytes as its share of the memory is, and renews the promise when the reader has consumed. The
 * event loop puts chunks in, the reader's thread takes them. The monitor guards all fields; gate
 * and connection are called outside of it.
 */
final class RemoteInputChannel extends InputChannel {

  private final ChannelRequest request;
  private final TaskManagerLocation location;
  private final InputGate<?> gate;
  private final ExchangeContext context;

  private @Nullable Queue<byte[]> chunks;
  private @Nullable Connection connection;
  private int channelId;

  /** Promised and not yet used by the producer. */
  private int outstanding;

  /** Received and not yet consumed. */
  private int unconsumed;

  private boolean endReceived;
  private boolean endPolled;
  private boolean closed;
  private boolean finished;

  RemoteInputChannel(
      ChannelRequest request,
      TaskManagerLocation location,
      InputGate<?> gate,
      ExchangeContext context) {
    this.request = request;
    this.location = location;
    this.gate = gate;
    this.context = context;
    context.shares().receiverOpened();
  }

  @Override
  ChannelRequest request() {
    return request;
  }

  TaskManagerLocation location() {
    return location;
  }

  /**
   * The connection is there; the caller now sends the request.
   *
   * @param credits how many bytes the producer may send
   * @return false if the reader has left meanwhile
   */
  synchronized boolean open(Connection via, int id, int credits) {
    if (closed) {
      return false;
    }
    connection = via;
    channelId = id;
    outstanding = credits;
    return true;
  }

  /** Whether the reader has left because it needs no more. */
  synchronized boolean hasFinished() {
    return finished;
  }

  /**
   * A piece of the stream has arrived.
   *
   * @return false if it is more than was promised
   */
  boolean data(byte[] bytes) {
    synchronized (this) {
      if (closed) {
        return true;
      }
      if (bytes.length > outstanding || endReceived) {
        return false;
      }
      outstanding -= bytes.length;
      unconsumed += bytes.length;
      context.shares().buffered(bytes.length);
      if (chunks == null) {
        chunks = new ArrayDeque<>(4);
      }
      chunks.add(bytes);
    }
    gate.channelReady(this);
    return true;
  }

  void end() {
    synchronized (this) {
      endReceived = true;
    }
    gate.channelReady(this);
  }

  void error(ChannelError error) {
    gate.fail(error, request, location);
  }

  void connectionLost(TaskManagerLostException cause) {
    gate.fail(cause);
  }

  /** There was no connection at all: a finished result is as good as gone. */
  void unreachable(TaskManagerLostException cause) {
    gate.fail(
        request.stored()
            ? new PartitionNotFoundException(
                "Cannot read " + request.describe() + ": " + cause.getMessage(),
                request.producer(),
                cause)
            : cause);
  }

  @Override
  synchronized @Nullable Delivery poll() {
    byte[] next = chunks == null ? null : chunks.poll();
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
    return (chunks != null && !chunks.isEmpty()) || (endReceived && !endPolled);
  }

  @Override
  void consumed(int bytes) {
    int grant = 0;
    Connection via;
    synchronized (this) {
      if (closed) {
        return;
      }
      unconsumed -= bytes;
      context.shares().buffered(-bytes);
      int window = context.shares().window();
      if (!endReceived && outstanding <= window / 2) {
        grant = Math.max(0, window - unconsumed - outstanding);
        outstanding += grant;
      }
      via = connection;
    }
    if (grant > 0 && via != null) {
      via.sendCredit(channelId, grant);
    }
  }

  @Override
  void close(ConsumerEnd end, String reason) {
    Connection via;
    boolean tellProducer;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      finished = end == ConsumerEnd.FINISHED;
      context.shares().receiverClosed();
      context.shares().buffered(-unconsumed);
      unconsumed = 0;
      chunks = null;
      via = connection;
      tellProducer = !endReceived;
    }
    if (via != null) {
      via.closeReceiver(channelId, tellProducer ? end : null, reason);
    }
  }
}
