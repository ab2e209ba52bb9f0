package org.stellwerk.runtime.io;

import java.nio.file.Path;
import java.util.UUID;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;

/** What tests of parts of a data exchange need of the rest. */
final class TestExchange {

  private static final ExecutionGraphId GRAPH = new ExecutionGraphId(new UUID(1, 1));

  /** For connections over which nobody asks. */
  static final Connection.RequestHandler NO_REQUESTS =
      new Connection.RequestHandler() {
        @Override
        public void request(RemoteSenders senders) {
          throw new AssertionError("a request");
        }

        @Override
        public void withdraw(RemoteSenders senders, ConsumerEnd end) {
          throw new AssertionError("a withdrawal");
        }
      };

  private TestExchange() {}

  static ExchangeContext context(MemoryShares shares, Flusher flusher) {
    return new ExchangeContext(
        DataExchangeConfig.fromConfiguration(
            Configuration.empty(), new ResourceID("tm"), "127.0.0.1", Path.of("results")),
        shares,
        flusher);
  }

  /** An attempt of the one job. */
  static ExecutionAttemptID attempt(long vertex, int subtask) {
    return new ExecutionAttemptID(
        GRAPH, new ExecutionVertexID(new JobVertexID(new UUID(2, vertex)), subtask), 0);
  }

  /** Subtask 3 of vertex 2 asks for what these subtasks of vertex 1 make. */
  static ChannelRequests requests(int... producers) {
    return new ChannelRequests(
        new ProducerAttempts(
            GRAPH, new JobVertexID(new UUID(2, 1)), producers, new int[producers.length]),
        0,
        3,
        attempt(2, 3),
        false);
  }
}
