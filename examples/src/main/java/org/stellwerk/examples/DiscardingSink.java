package org.stellwerk.examples;

import org.stellwerk.task.Environment;
import org.stellwerk.task.RecordReader;
import org.stellwerk.task.TaskInvokable;

/** Reads its input to the end and drops it. */
public final class DiscardingSink implements TaskInvokable {

  @Override
  public void invoke(Environment environment) throws Exception {
    RecordReader<Object> input = environment.input(0);
    Object dropped = input.next();
    while (dropped != null) {
      dropped = input.next();
    }
  }
}
