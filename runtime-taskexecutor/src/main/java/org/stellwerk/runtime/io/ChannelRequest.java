package org.stellwerk.runtime.io;

import org.stellwerk.runtime.id.ExecutionAttemptID;

/**
 * Names a channel: what one attempt of a consumer wants to read of one attempt of a producer.
 * Another attempt of the producer, older or newer, never answers it.
 *
 * @param outputIndex the edge's position among the producer's outputs
 * @param consumerSubtask the consumer's index on that edge
 * @param stored whether the edge is blocking: the producer must have finished
 */
record ChannelRequest(
    ExecutionAttemptID producer,
    int outputIndex,
    int consumerSubtask,
    ExecutionAttemptID consumer,
    boolean stored) {

  /** Whether it differs from the other in nothing but the producer's subtask and attempt number. */
  boolean isBeside(ChannelRequest other) {
    return outputIndex == other.outputIndex
        && consumerSubtask == other.consumerSubtask
        && consumer.equals(other.consumer)
        && producer.jobVertexId().equals(other.producer.jobVertexId())
        && producer.executionGraphId().equals(other.producer.executionGraphId());
  }

  /** For people: which producer's output is meant. */
  String describe() {
    return "output "
        + outputIndex
        + " of subtask "
        + producer.subtaskIndex()
        + " of vertex "
        + producer.jobVertexId()
        + " (attempt "
        + producer
        + ")";
  }
}
