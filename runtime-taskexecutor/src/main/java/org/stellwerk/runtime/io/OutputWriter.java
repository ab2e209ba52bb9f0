package org.stellwerk.runtime.io;

import java.io.IOException;
import java.util.List;
import java.util.Objects;

/**
 * Writes one pipelined output of a task: chooses the consumer, and encodes a record once if any of
 * its consumers is in another TaskExecutor. Belongs to the task's thread.
 */
final class OutputWriter<T> implements TaskOutput<T> {

  private final List<Subpartition> shares;
  private final Partitioner partitioner;
  private final TaskSerializer serializer;
  private final CancelScope scope;
  private final IoCounters counters;
  private final ClassDictionary dictionary = new ClassDictionary();

  OutputWriter(
      List<Subpartition> shares,
      Partitioner partitioner,
      TaskSerializer serializer,
      TaskScope task) {
    this.shares = shares;
    this.partitioner = partitioner;
    this.serializer = serializer;
    this.scope = task.scope();
    this.counters = task.counters();
  }

  @Override
  public void emit(T record) throws IOException, InterruptedException {
    Object object = Objects.requireNonNull(record, "A record must not be null");
    scope.check();
    int chosen = partitioner.choose(object);
    if (chosen != Partitioner.ALL) {
      put(object, shares.get(chosen), false);
    } else {
      boolean encoded = false;
      for (Subpartition share : shares) {
        encoded = put(object, share, encoded);
      }
    }
    counters.recordOut();
  }

  private boolean put(Object record, Subpartition share, boolean alreadyEncoded)
      throws IOException, InterruptedException {
    ChannelSink sink = share.awaitSink();
    if (sink instanceof LocalChannel local) {
      local.put(record);
      return alreadyEncoded;
    }
    if (!alreadyEncoded) {
      serializer.encode(record, dictionary);
    }
    ((RemoteSender) sink).put(serializer, dictionary, counters);
    return true;
  }

  @Override
  public void flush() throws IOException, InterruptedException {
    scope.check();
    for (Subpartition share : shares) {
      ChannelSink sink = share.sink();
      if (sink != null) {
        sink.flushPartial();
      }
    }
  }

  @Override
  public void end() throws InterruptedException {
    for (Subpartition share : shares) {
      share.awaitSink().end();
    }
  }

  @Override
  public void awaitDrained() throws IOException, InterruptedException {
    for (Subpartition share : shares) {
      share.awaitSink().awaitDrained();
    }
  }
}
