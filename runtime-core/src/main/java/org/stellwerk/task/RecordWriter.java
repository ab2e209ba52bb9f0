package org.stellwerk.task;

import java.io.IOException;

/**
 * Writes records to one output. Records are not shared after they were emitted: do not change them.
 * Anything that Kryo writes with a no-argument constructor works, records and the JDK's collections
 * included.
 */
public interface RecordWriter<T> {

  /**
   * Emits a record; waits while the consumers are behind. On a hash edge the record's key is {@link
   * Keyed#key()} if it is Keyed, else the record itself.
   *
   * @throws IOException if a consumer cannot be reached
   * @throws InterruptedException if the task is cancelled
   */
  void emit(T record) throws IOException, InterruptedException;

  /** Sends what is buffered; without it a record waits a few milliseconds at most. */
  void flush() throws IOException, InterruptedException;
}
