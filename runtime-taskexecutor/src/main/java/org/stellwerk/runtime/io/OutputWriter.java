package org.stellwerk.runtime.io;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes one pipelined output of a task: chooses the consumer, and encodes a record once if any of
 * its consumers is in another TaskExecutor. Belongs to the task's thread.
 */
final class OutputWriter<T> implements TaskOutput<T> {

  private final TaskOutputs outputs;
  private final int index;
  private final int shares;
  private final Partitioner partitioner;
  private final TaskSerializer serializer;
  private final CancelScope scope;
  private final IoCounters counters;
  private final ClassDictionary dictionary = new ClassDictionary();

  /** By share, those that were written to; a task that writes nothing needs none. */
  private @Nullable ChannelSink[] sinks = new ChannelSink[0];

  /**
   * @param index of the output among those of the task
   */
  OutputWriter(
      TaskOutputs outputs,
      int index,
      Partitioner partitioner,
      TaskSerializer serializer,
      TaskScope task) {
    this.outputs = outputs;
    this.index = index;
    this.shares = outputs.shares(index);
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
      put(object, chosen, false);
    } else {
      boolean encoded = false;
      for (int share = 0; share < shares; share++) {
        encoded = put(object, share, encoded);
      }
    }
    counters.recordOut();
  }

  private boolean put(Object record, int share, boolean alreadyEncoded)
      throws IOException, InterruptedException {
    ChannelSink sink = sink(share);
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

  /** Waits for the consumer if it has not asked yet. */
  private ChannelSink sink(int share) throws InterruptedException {
    if (sinks.length == 0) {
      sinks = new ChannelSink[shares];
    }
    ChannelSink sink = sinks[share];
    if (sink == null) {
      sink = outputs.awaitSink(index, share);
      sinks[share] = sink;
    }
    return sink;
  }

  @Override
  public void flush() throws IOException, InterruptedException {
    scope.check();
    for (ChannelSink sink : sinks) {
      if (sink != null) {
        sink.flushPartial();
      }
    }
  }

  @Override
  public void end() throws InterruptedException {
    for (int share = 0; share < shares; share++) {
      sink(share).end();
    }
  }

  @Override
  public void awaitDrained() throws IOException, InterruptedException {
    for (int share = 0; share < shares; share++) {
      sink(share).awaitDrained();
    }
  }
}
