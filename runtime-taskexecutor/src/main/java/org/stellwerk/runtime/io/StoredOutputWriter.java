package org.stellwerk.runtime.io;

import java.io.IOException;
import java.util.Objects;

/**
 * Writes one blocking output of a task to disk: chooses the consumer, encodes, and puts in front of
 * a record the class names that its reader does not know yet, as a channel does. What every
 * consumer gets is stored once. Belongs to the task's thread.
 */
final class StoredOutputWriter<T> implements TaskOutput<T> {

  private final PartitionWriter file;
  private final Partitioner partitioner;
  private final TaskSerializer serializer;
  private final CancelScope scope;
  private final IoCounters counters;
  private final ClassDictionary dictionary = new ClassDictionary();

  /** By subpartition. */
  private final int[] namesWritten;

  StoredOutputWriter(
      PartitionWriter file,
      int subpartitions,
      Partitioner partitioner,
      TaskSerializer serializer,
      TaskScope task) {
    this.file = file;
    this.partitioner = partitioner;
    this.serializer = serializer;
    this.scope = task.scope();
    this.counters = task.counters();
    this.namesWritten = new int[subpartitions];
  }

  @Override
  public void emit(T record) throws IOException, InterruptedException {
    Object object = Objects.requireNonNull(record, "A record must not be null");
    scope.check();
    int chosen = partitioner.choose(object);
    int subpartition = chosen == Partitioner.ALL ? 0 : chosen;
    serializer.encode(object, dictionary);
    while (namesWritten[subpartition] < dictionary.size()) {
      byte[] name = dictionary.encodedName(namesWritten[subpartition]++);
      file.add(subpartition, name, 0, name.length);
    }
    file.add(subpartition, serializer.buffer(), serializer.start(), serializer.length());
    counters.bytesOut(serializer.length());
    counters.recordOut();
  }

  /** Nobody reads before the end. */
  @Override
  public void flush() throws InterruptedException {
    scope.check();
  }

  @Override
  public void end() {
    // The file is sealed with all others of the task.
  }

  @Override
  public void awaitDrained() {
    // Nobody is waited for.
  }
}
