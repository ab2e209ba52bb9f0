package org.stellwerk.runtime.io;

import java.io.IOException;
import org.stellwerk.task.RecordWriter;

/** An output of a task as the task's thread ends it. */
interface TaskOutput<T> extends RecordWriter<T> {

  /** No more records; waits for consumers that have not asked yet. */
  void end() throws InterruptedException;

  /** Waits until everything, the end included, has left the producer. */
  void awaitDrained() throws IOException, InterruptedException;
}
