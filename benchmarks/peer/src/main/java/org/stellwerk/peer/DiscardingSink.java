package org.stellwerk.peer;

import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.io.network.api.reader.RecordReader;
import org.apache.flink.runtime.jobgraph.tasks.AbstractInvokable;
import org.apache.flink.types.IntValue;

/** Reads its input to the end and drops it. */
public final class DiscardingSink extends AbstractInvokable {

  /** As Flink makes it. */
  public DiscardingSink(Environment environment) {
    super(environment);
  }

  @Override
  public void invoke() throws Exception {
    RecordReader<IntValue> input =
        new RecordReader<>(
            getEnvironment().getInputGate(0),
            IntValue.class,
            getEnvironment().getTaskManagerInfo().getTmpDirectories());
    while (input.hasNext()) {
      input.next();
    }
  }
}
