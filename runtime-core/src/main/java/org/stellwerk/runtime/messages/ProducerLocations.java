package org.stellwerk.runtime.messages;

import java.util.List;
import org.jspecify.annotations.Nullable;
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

  /**
   * One producer.
   *
   * @param attemptId its current attempt
   * @param location the TaskExecutor that runs it; null while it waits for a slot, which is so only
   *     for producers that none of the tasks in the same deployment reads from
   */
  public record ProducerLocation(
      ExecutionAttemptID attemptId, @Nullable TaskManagerLocation location) {}
}
