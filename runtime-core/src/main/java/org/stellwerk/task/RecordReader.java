package org.stellwerk.task;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the records of one input, from all its producers, in the order of arrival. */
public interface RecordReader<T> {

  /**
   * Waits for the next record.
   *
   * @return null at the end of input: every producer has ended well
   * @throws IOException if a producer failed or cannot be reached; names its TaskManager
   * @throws InterruptedException if the task is cancelled
   */
  @Nullable T next() throws IOException, InterruptedException;
}
