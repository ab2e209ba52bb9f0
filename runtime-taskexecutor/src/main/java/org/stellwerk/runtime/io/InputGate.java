package org.stellwerk.runtime.io;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.taskexecutor.PartitionNotFoundException;

/**
 * Reads one input of a task: merges the channels of all its producers. A channel that has something
 * waits in a queue, gives one piece, and goes to the queue's end if it has more, so that none
 * starves. Ends when all channels have ended; fails with the first that fails.
 *
 * <p>{@link #next} belongs to the task's thread; channels tell the gate from any thread. The
 * monitor guards queue, failure and count; channels' monitors are never taken under it.
 */
final class InputGate<T> implements org.stellwerk.task.RecordReader<T> {

  private final CancelScope scope;
  private final IoCounters counters;
  private final Duration grace;
  private final List<InputGroup> groups = new ArrayList<>();
  private final Queue<InputChannel> ready = new ArrayDeque<>();
  private @Nullable IOException failure;
  private @Nullable String producerFailure;

  /** How many channels have not ended; what was received before an end must be read first. */
  private int open;

  private final Map<InputChannel, RecordDecoder> decoders = new HashMap<>();
  private @Nullable TaskSerializer serializer;
  private @Nullable InputChannel active;
  private @Nullable RecordDecoder decoder;
  private int activeBytes;
  private Object @Nullable [] batch;
  private int batchPosition;
  private int batchCount;

  InputGate(CancelScope scope, IoCounters counters, Duration grace) {
    this.scope = scope;
    this.counters = counters;
    this.grace = grace;
  }

  /** All channels, before the first is opened. */
  synchronized void setUp(
      List<? extends InputGroup> all, int channels, TaskSerializer recordSerializer) {
    groups.addAll(all);
    open = channels;
    serializer = recordSerializer;
  }

  @Override
  public @Nullable T next() throws IOException, InterruptedException {
    while (true) {
      Object record = nextOfActive();
      if (record != null) {
        counters.recordIn();
        @SuppressWarnings("unchecked")
        T result = (T) record;
        return result;
      }
      InputChannel channel = awaitReady();
      if (channel == null) {
        return null;
      }
      activate(channel);
    }
  }

  private @Nullable Object nextOfActive() throws IOException {
    Object[] records = batch;
    if (records != null) {
      if (batchPosition < batchCount) {
        return records[batchPosition++];
      }
      batch = null;
    }
    RecordDecoder stream = decoder;
    InputChannel channel = active;
    if (stream != null && channel != null) {
      Object record = decode(stream, channel);
      if (record != null) {
        return record;
      }
      decoder = null;
      active = null;
      channel.consumed(activeBytes);
    }
    return null;
  }

  private static @Nullable Object decode(RecordDecoder stream, InputChannel channel)
      throws IOException {
    try {
      return stream.next();
    } catch (IOException e) {
      throw new IOException(
          "Cannot read a record of " + channel.request().describe() + ": " + e.getMessage(), e);
    }
  }

  /** The next channel that has something; null if all have ended. */
  private @Nullable InputChannel awaitReady() throws IOException, InterruptedException {
    synchronized (this) {
      while (true) {
        if (open == 0) {
          return null;
        }
        scope.check();
        if (failure != null) {
          throw failure;
        }
        if (producerFailure != null) {
          PeerFailures.awaitCancellation(this, scope, grace);
          throw new ProducerFailedException(producerFailure);
        }
        InputChannel channel = ready.poll();
        if (channel != null) {
          channel.setEnqueued(false);
          return channel;
        }
        scope.await(this, 0);
      }
    }
  }

  private void activate(InputChannel channel) throws IOException {
    Delivery delivery = channel.poll();
    if (delivery == null) {
      return;
    }
    if (channel.hasMore()) {
      channelReady(channel);
    }
    if (delivery instanceof Delivery.Records records) {
      batch = records.records();
      batchPosition = 0;
      batchCount = records.count();
    } else if (delivery instanceof Delivery.Bytes bytes) {
      TaskSerializer decoding = serializer;
      if (decoding == null) {
        throw new IllegalStateException("The gate was not set up");
      }
      RecordDecoder stream =
          decoders.computeIfAbsent(channel, unused -> new RecordDecoder(decoding));
      stream.feed(bytes.data());
      active = channel;
      decoder = stream;
      activeBytes = bytes.data().length;
      counters.bytesIn(activeBytes);
    } else {
      endOf(channel);
    }
  }

  private void endOf(InputChannel channel) throws IOException {
    RecordDecoder stream = decoders.remove(channel);
    if (stream != null && !stream.isAtBoundary()) {
      throw new IOException(
          "The stream of " + channel.request().describe() + " ends in the middle of a record");
    }
    if (!channel.isEnded()) {
      channel.setEnded();
      channelEnded();
    }
  }

  /** A channel has ended and holds nothing any more. */
  synchronized void channelEnded() {
    open--;
    if (open == 0) {
      notifyAll();
    }
  }

  /** The channel has something to poll. */
  synchronized void channelReady(InputChannel channel) {
    if (!channel.isEnqueued()) {
      channel.setEnqueued(true);
      ready.add(channel);
      notifyAll();
    }
  }

  /** The input cannot be read any further. */
  synchronized void fail(IOException cause) {
    if (failure == null) {
      failure = cause;
      notifyAll();
    }
  }

  /**
   * A channel was refused or its producer has ended badly.
   *
   * @param requests among which the channel has the index
   * @param remote where the producer is; null if here
   */
  synchronized void fail(
      ChannelError error,
      ChannelRequests requests,
      int index,
      @Nullable TaskManagerLocation remote) {
    // Of a wide job's channels all end at once: only the first is told of.
    if (error.kind() != ChannelError.Kind.PRODUCER_ENDED) {
      if (failure == null) {
        fail(unreadable(error, requests.get(index), remote));
      }
    } else if (producerFailure == null) {
      producerFailure = error.message();
      notifyAll();
    }
  }

  private static IOException unreadable(
      ChannelError error, ChannelRequest request, @Nullable TaskManagerLocation remote) {
    String where = remote == null ? "this TaskManager" : Connection.describe(remote);
    String message = "Cannot read from " + where + ": " + error.message();
    return request.stored()
        ? new PartitionNotFoundException(message, request.producer(), null)
        : new PartitionNotFoundException(message);
  }

  /** Leaves all channels and keeps nothing of the job's classes. The task's thread only. */
  void close(ConsumerEnd end, String reason) {
    groups.forEach(group -> group.close(end, reason));
    synchronized (this) {
      ready.clear();
    }
    groups.clear();
    decoders.clear();
    serializer = null;
    batch = null;
    decoder = null;
    active = null;
  }
}
