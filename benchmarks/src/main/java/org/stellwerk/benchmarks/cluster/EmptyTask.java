package org.stellwerk.benchmarks.cluster;

import org.stellwerk.task.Environment;
import org.stellwerk.task.TaskInvokable;

/** A task that is done as soon as it runs. */
public final class EmptyTask implements TaskInvokable {

  @Override
  public void invoke(Environment environment) {}
}
