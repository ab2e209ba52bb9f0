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

  /** The answer if another attempt, of the producer or of the consumer, has taken its place. */
  ChannelError outOfDate(ExecutionAttemptID by) {
    return new ChannelError(
        ChannelError.Kind.REFUSED,
        "the request of "
            + consumer
            + " for "
            + describe()
            + " is out of date: attempt "
            + by
            + " is there");
  }

  /** The answer if the producer's output has nothing for the consumer. */
  ChannelError withoutShare() {
    return new ChannelError(
        ChannelError.Kind.REFUSED,
        describe() + " has no share for consumer subtask " + consumerSubtask);
  }
}
