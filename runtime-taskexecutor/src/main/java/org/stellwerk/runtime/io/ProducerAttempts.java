package org.stellwerk.runtime.io;

import java.util.Arrays;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * The attempts of some subtasks of one vertex that run in one TaskExecutor, by ascending subtask:
 * two numbers each, as all consumers of the vertex name them. Immutable.
 */
final class ProducerAttempts {

  private final ExecutionGraphId executionGraphId;
  private final JobVertexID vertex;
  private final int[] subtasks;
  private final int[] attemptNumbers;

  /** Takes over the arrays. */
  ProducerAttempts(
      ExecutionGraphId executionGraphId, JobVertexID vertex, int[] subtasks, int[] attemptNumbers) {
    for (int i = 0; i < subtasks.length; i++) {
      if (subtasks[i] < 0 || (i > 0 && subtasks[i - 1] >= subtasks[i])) {
        throw new IllegalArgumentException("Subtask " + subtasks[i] + " is out of order");
      }
    }
    this.executionGraphId = executionGraphId;
    this.vertex = vertex;
    this.subtasks = subtasks;
    this.attemptNumbers = attemptNumbers;
  }

  ExecutionGraphId executionGraphId() {
    return executionGraphId;
  }

  JobVertexID vertex() {
    return vertex;
  }

  int size() {
    return subtasks.length;
  }

  int subtask(int index) {
    return subtasks[index];
  }

  int attemptNumber(int index) {
    return attemptNumbers[index];
  }

  ExecutionAttemptID get(int index) {
    return new ExecutionAttemptID(
        executionGraphId, new ExecutionVertexID(vertex, subtasks[index]), attemptNumbers[index]);
  }

  /** Where a subtask stands; negative if it is not among them. */
  int indexOf(int subtask) {
    return Arrays.binarySearch(subtasks, subtask);
  }
}
