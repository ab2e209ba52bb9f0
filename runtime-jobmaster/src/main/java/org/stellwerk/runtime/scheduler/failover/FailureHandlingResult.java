package org.stellwerk.runtime.scheduler.failover;

import java.time.Duration;
import java.util.List;
import org.stellwerk.runtime.id.ExecutionVertexID;

/** What an incident leads to. */
public sealed interface FailureHandlingResult {

  /**
   * Subtasks are cancelled, and started again once they have ended and the delay is over.
   *
   * @param vertices without repetition
   */
  record Restart(List<ExecutionVertexID> vertices, Duration delay)
      implements FailureHandlingResult {
    public Restart {
      vertices = List.copyOf(vertices);
    }
  }

  /**
   * The job fails.
   *
   * @param why for people
   */
  record Fail(String why) implements FailureHandlingResult {}
}
