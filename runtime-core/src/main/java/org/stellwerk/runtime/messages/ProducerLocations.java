package org.stellwerk.runtime.messages;

import java.util.List;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * Where the subtasks of a producing vertex run, by subtask index: sent once per TaskExecutor, not
 * once per consumer.
 */
public record ProducerLocations(JobVertexID producer, List<ProducerLocation> bySubtask) {

  public ProducerLocations {
    bySubtask = List.copyOf(bySubtask);
  }

  /** One producer: its attempt and the TaskExecutor that runs it. */
  public record ProducerLocation(ExecutionAttemptID attemptId, TaskManagerLocation location) {}
}
