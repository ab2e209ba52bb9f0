package org.stellwerk.runtime.io;

import io.netty.channel.Channel;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The producer's end of a channel to another TaskExecutor: a stream of bytes, cut into chunks that
 * are sent as far as the consumer has promised room (credits, in bytes). The task's thread fills,
 * the connection's event loop sends; the task's thread waits while two chunks are full. Holds no
 * memory while nothing is in it. The monitor guards all fields.
 */
final class RemoteSender implements ChannelSink {

  private static final int MAX_READY = 2;
  private static final int INITIAL_CHUNK = 256;

  private final RemoteSenders group;
  private final int index;
  private final ExchangeContext context;

  /** The producer's task; null if a feed takes its place. */
  private final @Nullable CancelScope producer;

  private @Nullable Queue<Chunk> ready;
  private byte @Nullable [] current;
  private int filled;
  private int limit;
  private long credits;
  private boolean flushWanted;
  private boolean dirty;
  private boolean enqueued;
  private boolean ended;
  private boolean endWritten;
  private boolean drained;
  private boolean closed;
  private @Nullable StoredFeed feed;
  private @Nullable ConsumerEnd consumerEnd;
  private String consumerEndReason = "";
  private @Nullable TaskManagerLostException lost;

  /** The class names that the consumer knows; the producer's thread only. */
  private int namesSent;

  private static final class Chunk {
    final byte[] data;
    final int end;
    int position;

    Chunk(byte[] data, int end) {
      this.data = data;
      this.end = end;
    }
  }

  /** To be made by its group, under whose monitor it is told at once if it is closed already. */
  RemoteSender(RemoteSenders group, int index, long credits, @Nullable CancelScope producer) {
    this.group = group;
    this.index = index;
    this.context = group.context();
    this.credits = credits;
    this.producer = producer;
  }

  int index() {
    return index;
  }

  ChannelRequest request() {
    return group.requests().get(index);
  }

  /** Puts an encoded record in. The producer's thread only. */
  void put(TaskSerializer encoded, ClassDictionary dictionary, IoCounters counters)
      throws IOException, InterruptedException {
    while (namesSent < dictionary.size()) {
      byte[] name = dictionary.encodedName(namesSent);
      write(name, 0, name.length);
      namesSent++;
    }
    write(encoded.buffer(), encoded.start(), encoded.length());
    counters.bytesOut(encoded.length());
  }

  private void write(byte[] source, int offset, int length)
      throws IOException, InterruptedException {
    boolean first;
    synchronized (this) {
      int from = offset;
      int left = length;
      while (left > 0) {
        if (!awaitRoom()) {
          return;
        }
        int count = Math.min(left, limit - filled);
        System.arraycopy(source, from, roomFor(count), filled, count);
        filled += count;
        from += count;
        left -= count;
        if (filled == limit) {
          seal();
        }
      }
      first = filled > 0 && !dirty;
      if (first) {
        dirty = true;
      }
    }
    if (first) {
      context.flusher().add(this);
    }
  }

  private boolean awaitRoom() throws IOException, InterruptedException {
    CancelScope scope = producer();
    while (true) {
      if (!checkOpen(scope)) {
        return false;
      }
      if (current != null) {
        return true;
      }
      if (ready == null || ready.size() < MAX_READY) {
        limit = context.shares().chunkSize();
        return true;
      }
      scope.await(this, 0);
    }
  }

  /** Whether the consumer still wants something; throws if it or the task is gone. */
  private boolean checkOpen(CancelScope scope) throws IOException, InterruptedException {
    scope.check();
    if (lost != null) {
      throw new TaskManagerLostException(lost.resourceId(), lost.getMessage(), lost.getCause());
    }
    if (consumerEnd == ConsumerEnd.FAILED) {
      PeerFailures.awaitCancellation(this, scope, context.config().peerFailureGrace());
      throw new ConsumerFailedException(consumerEndReason);
    }
    return consumerEnd == null;
  }

  private CancelScope producer() {
    CancelScope scope = producer;
    if (scope == null) {
      throw new IllegalStateException("No producer is attached");
    }
    return scope;
  }

  private byte[] roomFor(int count) {
    byte[] chunk = current;
    int needed = filled + count;
    if (chunk == null) {
      chunk = new byte[Math.min(limit, Math.max(needed, INITIAL_CHUNK))];
      context.shares().buffered(chunk.length);
    } else if (needed > chunk.length) {
      int grown = Math.min(limit, Math.max(needed, 2 * chunk.length));
      context.shares().buffered(grown - chunk.length);
      chunk = Arrays.copyOf(chunk, grown);
    }
    current = chunk;
    return chunk;
  }

  private void seal() {
    byte[] chunk = current;
    if (chunk == null) {
      throw new IllegalStateException("Nothing to seal");
    }
    if (ready == null) {
      ready = new ArrayDeque<>(MAX_READY);
    }
    ready.add(new Chunk(chunk, filled));
    current = null;
    filled = 0;
    flushWanted = false;
    enqueueIfSendable();
  }

  private boolean hasData() {
    return (ready != null && !ready.isEmpty()) || (filled > 0 && (flushWanted || ended));
  }

  private boolean isSendable() {
    if (closed || endWritten) {
      return false;
    }
    return hasData() ? credits > 0 : ended && filled == 0;
  }

  private void enqueueIfSendable() {
    if (!enqueued && isSendable()) {
      enqueued = true;
      group.connection().senderReady(this);
    }
  }

  /**
   * Writes one frame, without flushing. Called by the connection's event loop.
   *
   * @return whether there is more to write now
   */
  synchronized boolean writeNext(Channel channel) {
    if (isSendable()) {
      if (hasData()) {
        writeData(channel);
      }
      if (ended && !hasData()) {
        endWritten = true;
        channel
            .write(Frames.end(channel.alloc(), group.number(), index))
            .addListener(
                written -> {
                  if (written.isSuccess()) {
                    group.connection().attempt(this::allSent);
                  } else {
                    group.connection().fail(written.cause());
                  }
                });
      }
    }
    enqueued = isSendable();
    return enqueued;
  }

  private void writeData(Channel channel) {
    if (ready == null || ready.isEmpty()) {
      enqueued = true;
      seal();
    }
    Queue<Chunk> chunks = ready;
    Chunk chunk = chunks == null ? null : chunks.peek();
    if (chunks == null || chunk == null) {
      return;
    }
    int count = (int) Math.min(chunk.end - chunk.position, credits);
    channel.write(
        Frames.data(channel.alloc(), group.number(), index, chunk.data, chunk.position, count),
        channel.voidPromise());
    chunk.position += count;
    credits -= count;
    if (chunk.position == chunk.end) {
      chunks.poll();
      context.shares().buffered(-chunk.data.length);
      notifyAll();
      demand();
    }
  }

  private void demand() {
    StoredFeed from = feed;
    if (from != null) {
      from.demand();
    }
  }

  private void allSent() {
    synchronized (this) {
      drained = true;
      close();
    }
    group.connection().endTold(group);
  }

  /** The consumer has room for more. */
  synchronized void credit(int bytes) {
    credits += bytes;
    enqueueIfSendable();
    demand();
  }

  /** The consumer left before the end. */
  synchronized void consumerClosed(ConsumerEnd end, String reason) {
    if (consumerEnd == null) {
      consumerEnd = end;
      consumerEndReason = reason;
      close();
    }
  }

  /** The connection is gone. */
  synchronized void connectionLost(TaskManagerLostException cause) {
    if (!closed) {
      lost = cause;
      close();
    }
  }

  /** A finished result is read from its file. */
  synchronized void attached(StoredFeed from) {
    feed = from;
    demand();
  }

  /** Whether the consumer can take another block of its feed. */
  synchronized boolean hasRoom() {
    return !closed && !ended && credits > 0 && (ready == null || ready.size() < MAX_READY);
  }

  /** Puts a block of the stream in; there must be room. The feed only. */
  synchronized void offer(byte[] block) {
    if (!closed) {
      context.shares().buffered(block.length);
      current = block;
      filled = block.length;
      seal();
    }
  }

  synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public synchronized void flushPartial() {
    dirty = false;
    if (filled > 0) {
      flushWanted = true;
      enqueueIfSendable();
    }
  }

  @Override
  public void flushFailed(Throwable cause) {
    group.connection().fail(cause);
  }

  @Override
  public synchronized void end() {
    ended = true;
    enqueueIfSendable();
  }

  @Override
  public synchronized void awaitDrained() throws IOException, InterruptedException {
    CancelScope scope = producer();
    while (!drained && checkOpen(scope)) {
      scope.await(this, 0);
    }
  }

  /** The producer failed or was cancelled: what was not sent is dropped. */
  void abort(ChannelError error) {
    synchronized (this) {
      if (closed || endWritten) {
        return;
      }
      close();
    }
    if (group.claimNews(error)) {
      group.connection().sendError(group, index, error);
    }
  }

  /** Lets go of everything; the producer's thread is woken to see why. */
  private void close() {
    closed = true;
    group.closed(index);
    long held = current == null ? 0 : current.length;
    if (ready != null) {
      held += ready.stream().mapToLong(chunk -> chunk.data.length).sum();
    }
    context.shares().buffered(-held);
    ready = null;
    current = null;
    filled = 0;
    notifyAll();
    demand();
  }
}
