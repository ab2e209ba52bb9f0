package org.stellwerk.runtime.io;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.messages.TaskInformation;

/**
 * All pipelined outputs of one task, as its consumers find them; a blocking one has no shares.
 * Thread-safe.
 */
final class TaskOutputs {

  private final ExecutionAttemptID attempt;

  /** By output; of a pointwise edge only the one share that goes to the consumer of own index. */
  private final List<List<Subpartition>> outputs = new ArrayList<>();

  private final List<TaskInformation.Output> edges;

  TaskOutputs(ExecutionAttemptID attempt, List<TaskInformation.Output> edges, CancelScope scope) {
    this.attempt = attempt;
    this.edges = edges;
    for (TaskInformation.Output edge : edges) {
      int count = edge.resultType().isBlocking() ? 0 : consumersOf(edge);
      List<Subpartition> shares = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        shares.add(new Subpartition(scope));
      }
      outputs.add(shares);
    }
  }

  /** How many of the edge's consumers read from one producer. */
  static int consumersOf(TaskInformation.Output edge) {
    return edge.shipStrategy().isPointwise() ? 1 : edge.consumerParallelism();
  }

  ExecutionAttemptID attempt() {
    return attempt;
  }

  List<Subpartition> output(int index) {
    return outputs.get(index);
  }

  /** The share that a consumer's subtask reads; null if there is no such output or subtask. */
  @Nullable Subpartition find(int outputIndex, int consumerSubtask) {
    if (outputIndex < 0 || outputIndex >= outputs.size()) {
      return null;
    }
    List<Subpartition> shares = outputs.get(outputIndex);
    if (shares.isEmpty()) {
      return null;
    }
    if (edges.get(outputIndex).shipStrategy().isPointwise()) {
      return consumerSubtask == attempt.subtaskIndex() ? shares.get(0) : null;
    }
    return consumerSubtask >= 0 && consumerSubtask < shares.size()
        ? shares.get(consumerSubtask)
        : null;
  }

  void forEach(Consumer<Subpartition> action) {
    outputs.forEach(shares -> shares.forEach(action));
  }
}
