package org.stellwerk.peer;

import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.jobgraph.tasks.AbstractInvokable;

/** A task that is done as soon as it runs. */
public final class EmptyTask extends AbstractInvokable {

  /** As Flink makes it. */
  public EmptyTask(Environment environment) {
    super(environment);
  }

  @Override
  public void invoke() {}
}
