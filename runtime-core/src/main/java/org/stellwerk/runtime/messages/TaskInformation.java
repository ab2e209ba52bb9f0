package org.stellwerk.runtime.messages;

import java.util.List;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;

/** What all subtasks of a vertex share. */
public record TaskInformation(JobVertex vertex, List<Input> inputs, List<Output> outputs) {

  public TaskInformation {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * An incoming edge.
   *
   * @param producerOutputIndex the edge's position among the outputs of its producer
   */
  public record Input(
      JobVertexID producer,
      int producerParallelism,
      int producerOutputIndex,
      ShipStrategy shipStrategy,
      ResultPartitionType resultType) {}

  /**
   * An outgoing edge.
   *
   * @param consumerInputIndex the edge's position among the inputs of its consumer
   */
  public record Output(
      JobVertexID consumer,
      int consumerParallelism,
      int consumerInputIndex,
      ShipStrategy shipStrategy,
      ResultPartitionType resultType) {}

  /** Whether a task of the vertex leaves something behind that is read after its end. */
  public boolean hasBlockingOutput() {
    return outputs.stream().anyMatch(output -> output.resultType().isBlocking());
  }
}
