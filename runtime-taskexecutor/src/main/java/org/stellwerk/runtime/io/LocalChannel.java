package org.stellwerk.runtime.io;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of a channel between two tasks of one TaskExecutor: records go through by reference, in
 * small batches, of which a few may wait. The monitor guards all fields; the gate is told outside
 * of it.
 */
final class LocalChannel extends InputChannel implements ChannelSink {

  private static final int BATCH = 32;
  private static final int MAX_READY = 2;

  private final LocalChannels group;
  private final int index;
  private final InputGate<?> gate;
  private final ExchangeContext context;
  private final CancelScope producer;

  /** Made when the first batch is full: most channels of a wide job never need it. */
  private @Nullable Queue<Delivery.Records> ready;

  private Object @Nullable [] current;
  private int count;
  private boolean flushWanted;
  private boolean dirty;
  private boolean ended;
  private boolean endPolled;
  private boolean aborted;
  private @Nullable ConsumerEnd consumerEnd;
  private String consumerEndReason = "";

  LocalChannel(LocalChannels group, int index, CancelScope producer) {
    this.group = group;
    this.index = index;
    this.gate = group.gate();
    this.context = group.context();
    this.producer = producer;
  }

  @Override
  ChannelRequest request() {
    return group.requests().get(index);
  }

  /** Puts a record in; waits while the consumer is behind. The producer's thread only. */
  void put(Object record) throws ConsumerFailedException, InterruptedException {
    boolean full;
    boolean first;
    synchronized (this) {
      if (!awaitRoom()) {
        return;
      }
      Object[] batch = current;
      if (batch == null) {
        batch = new Object[BATCH];
        current = batch;
      }
      batch[count++] = record;
      full = count == BATCH;
      if (full) {
        ready().add(takeCurrent());
      }
      first = !full && !dirty;
      if (first) {
        dirty = true;
      }
    }
    if (full) {
      gate.channelReady(this);
    } else if (first) {
      context.flusher().add(this);
    }
  }

  private boolean awaitRoom() throws ConsumerFailedException, InterruptedException {
    while (true) {
      producer.check();
      if (consumerEnd == ConsumerEnd.FINISHED) {
        return false;
      }
      if (consumerEnd == ConsumerEnd.FAILED) {
        PeerFailures.awaitCancellation(this, producer, context.config().peerFailureGrace());
        throw new ConsumerFailedException(consumerEndReason);
      }
      if (current != null || ready == null || ready.size() < MAX_READY) {
        return true;
      }
      producer.await(this, 0);
    }
  }

  private Queue<Delivery.Records> ready() {
    Queue<Delivery.Records> known = ready;
    if (known == null) {
      known = new ArrayDeque<>(MAX_READY);
      ready = known;
    }
    return known;
  }

  private Delivery.Records takeCurrent() {
    Object[] batch = current;
    if (batch == null) {
      throw new IllegalStateException("Nothing to take");
    }
    Delivery.Records taken = new Delivery.Records(batch, count);
    current = null;
    count = 0;
    flushWanted = false;
    return taken;
  }

  @Override
  synchronized @Nullable Delivery poll() {
    Delivery.Records next = ready == null ? null : ready.poll();
    if (next == null && count > 0 && (flushWanted || ended)) {
      next = takeCurrent();
    }
    if (next != null) {
      notifyAll();
      return next;
    }
    if (ended && !endPolled) {
      endPolled = true;
      return Delivery.END;
    }
    return null;
  }

  @Override
  synchronized boolean hasMore() {
    return (ready != null && !ready.isEmpty())
        || (count > 0 && flushWanted)
        || (ended && !endPolled);
  }

  @Override
  void consumed(int bytes) {
    throw new UnsupportedOperationException("Records pass by reference");
  }

  @Override
  public void flushPartial() {
    synchronized (this) {
      dirty = false;
      if (count == 0) {
        return;
      }
      flushWanted = true;
    }
    gate.channelReady(this);
  }

  @Override
  public void flushFailed(Throwable cause) {
    gate.fail(new IOException("Cannot read " + request().describe() + ": " + cause, cause));
  }

  @Override
  public void end() {
    synchronized (this) {
      ended = true;
    }
    gate.channelReady(this);
  }

  /** Nothing to wait for: what is in here is the consumer's now. */
  @Override
  public void awaitDrained() {}

  /**
   * The producer failed or was cancelled: what the consumer has not taken is dropped.
   *
   * @return whether the consumer is to hear of it
   */
  synchronized boolean abort() {
    if (ended || aborted) {
      return false;
    }
    aborted = true;
    drop();
    return true;
  }

  /** The reader leaves before the end; harmless after it. */
  synchronized void close(ConsumerEnd end, String reason) {
    if (consumerEnd == null) {
      consumerEnd = end;
      consumerEndReason = reason;
      drop();
      notifyAll();
    }
  }

  private void drop() {
    ready = null;
    if (current != null) {
      Arrays.fill(current, null);
      current = null;
    }
    count = 0;
  }
}
