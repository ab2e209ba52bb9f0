package org.stellwerk.runtime.io;

import org.stellwerk.runtime.id.ExecutionAttemptID;

/**
 * Names the channels that one attempt of a consumer wants on one edge from one TaskExecutor, each
 * by the index of its producer. Says at once what a {@link ChannelRequest} says of one channel.
 *
 * @param outputIndex the edge's position among the producers' outputs
 * @param consumerSubtask the consumer's index on that edge
 * @param stored whether the edge is blocking: the producers must have finished
 */
record ChannelRequests(
    ProducerAttempts producers,
    int outputIndex,
    int consumerSubtask,
    ExecutionAttemptID consumer,
    boolean stored) {

  int size() {
    return producers.size();
  }

  ChannelRequest get(int index) {
    return new ChannelRequest(producers.get(index), outputIndex, consumerSubtask, consumer, stored);
  }
}
