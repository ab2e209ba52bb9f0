package org.stellwerk.examples;

import java.util.concurrent.TimeUnit;
import org.stellwerk.task.Environment;
import org.stellwerk.task.RecordWriter;
import org.stellwerk.task.TaskInvokable;

/**
 * Emits numbered and stamped records until it is cancelled, one per interval (configuration key
 * {@value #INTERVAL_MS}; 0 means as fast as the sinks take them). After a delay it catches up, so
 * that the sequence tells the time.
 */
public final class TickSource implements TaskInvokable {

  static final String INTERVAL_MS = "interval-ms";

  @Override
  public void invoke(Environment environment) throws Exception {
    long intervalNanos =
        TimeUnit.MILLISECONDS.toNanos(Long.parseLong(environment.requireConfig(INTERVAL_MS)));
    int source = environment.taskInfo().subtaskIndex();
    RecordWriter<Tick> output = environment.output(0);
    long startNanos = System.nanoTime();
    for (long sequence = 0; !environment.isCanceled(); sequence++) {
      output.emit(new Tick(source, sequence, System.currentTimeMillis()));
      if (intervalNanos > 0) {
        output.flush();
        long dueNanos = startNanos + (sequence + 1) * intervalNanos;
        TimeUnit.NANOSECONDS.sleep(dueNanos - System.nanoTime());
      }
    }
  }
}
