package org.stellwerk.runtime.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.TaskInformation;

class OutputRegistryTest {

  private static final ExecutionGraphId GRAPH = new ExecutionGraphId(new UUID(1, 1));
  private static final JobVertexID SOURCE = new JobVertexID(new UUID(2, 1));
  private static final JobVertexID SINK = new JobVertexID(new UUID(2, 2));

  private final OutputRegistry registry = new OutputRegistry(Duration.ofSeconds(10));
  private final IoCounters counters = new IoCounters();

  private static ExecutionAttemptID source(int attempt) {
    return new ExecutionAttemptID(GRAPH, new ExecutionVertexID(SOURCE, 0), attempt);
  }

  private static ExecutionAttemptID sink(int subtask, int attempt) {
    return new ExecutionAttemptID(GRAPH, new ExecutionVertexID(SINK, subtask), attempt);
  }

  private static TaskOutputs outputs(ExecutionAttemptID attempt) {
    return new TaskOutputs(
        attempt,
        List.of(
            new TaskInformation.Output(
                SINK, 2, 0, ShipStrategy.HASH, ResultPartitionType.PIPELINED)),
        new CancelScope());
  }

  /** A consumer in this process; its gate says how it was answered. */
  private final class Consumer {
    final CancelScope scope = new CancelScope();
    final InputGate<Object> gate = new InputGate<>(scope, counters, Duration.ZERO);
    final ChannelRequest request;
    final LocalChannel channel;

    Consumer(ChannelRequest request) {
      this.request = request;
      this.channel =
          new LocalChannel(
              request,
              gate,
              new Flusher(java.util.concurrent.Executors.newScheduledThreadPool(0)),
              Duration.ZERO);
      gate.setUp(List.of(channel), new TaskSerializer(getClass().getClassLoader()));
    }

    boolean ask(long nowNanos) {
      return registry.request(request, channel, nowNanos);
    }

    String answer() throws InterruptedException {
      try {
        channel.end();
        return gate.next() == null ? "served" : "?";
      } catch (java.io.IOException e) {
        return String.valueOf(e.getMessage());
      }
    }
  }

  private Consumer consumer(int producerAttempt, int output, int subtask, int attempt) {
    return new Consumer(
        new ChannelRequest(
            source(producerAttempt), output, subtask, sink(subtask, attempt), false));
  }

  @Test
  void aRequestIsServedWhicheverComesFirst() throws Exception {
    Consumer early = consumer(0, 0, 0, 0);
    assertThat(early.ask(0)).isTrue();
    TaskOutputs outputs = outputs(source(0));
    registry.register(outputs);
    Consumer late = consumer(0, 0, 1, 0);
    assertThat(late.ask(0)).isFalse();
    assertThat(outputs.output(0).get(0).sink()).isSameAs(early.channel);
    assertThat(outputs.output(0).get(1).sink()).isSameAs(late.channel);
    assertThat(registry.waitingRequests()).isZero();
  }

  @Test
  void aRequestExpiresAtItsTimeNotBefore() throws Exception {
    Consumer first = consumer(0, 0, 0, 0);
    Consumer second = consumer(0, 0, 1, 0);
    first.ask(0);
    second.ask(1_000_000_000L);
    assertThat(registry.expire(9_999_999_999L)).isTrue();
    assertThat(registry.waitingRequests()).isEqualTo(2);
    assertThat(registry.expire(10_000_000_000L)).isTrue();
    assertThat(first.answer()).contains("nobody offered output 0 of subtask 0");
    assertThat(registry.expire(11_000_000_000L)).isFalse();
    assertThat(second.answer()).contains("nobody offered");
  }

  @Test
  void onlyTheAttemptThatWasAskedForAnswers() throws Exception {
    Consumer old = consumer(0, 0, 0, 0);
    old.ask(0);
    registry.register(outputs(source(1)));
    assertThat(old.answer()).contains("out of date");
    Consumer olderStill = consumer(0, 0, 1, 0);
    assertThat(olderStill.ask(0)).isFalse();
    assertThat(olderStill.answer()).contains("out of date");
    Consumer ahead = consumer(2, 0, 0, 2);
    assertThat(ahead.ask(0)).isTrue();
  }

  @Test
  void aShareIsReadOnce() throws Exception {
    registry.register(outputs(source(0)));
    consumer(0, 0, 0, 0).ask(0);
    Consumer second = consumer(0, 0, 0, 1);
    second.ask(0);
    assertThat(second.answer()).contains("out of date");
  }

  @Test
  void ofTwoWaitingAttemptsOfAConsumerTheNewerStays() throws Exception {
    Consumer newer = consumer(0, 0, 0, 1);
    Consumer older = consumer(0, 0, 0, 0);
    newer.ask(0);
    older.ask(0);
    assertThat(older.answer()).contains("out of date");
    Consumer newest = consumer(0, 0, 0, 2);
    newest.ask(0);
    assertThat(newer.answer()).contains("out of date");
    TaskOutputs outputs = outputs(source(0));
    registry.register(outputs);
    assertThat(outputs.output(0).get(0).sink()).isSameAs(newest.channel);
  }

  @Test
  void whatDoesNotExistIsRefused() throws Exception {
    registry.register(outputs(source(0)));
    Consumer output = consumer(0, 1, 0, 0);
    output.ask(0);
    assertThat(output.answer()).contains("has no share for consumer subtask 0");
    Consumer subtask = consumer(0, 0, 2, 0);
    subtask.ask(0);
    assertThat(subtask.answer()).contains("has no share for consumer subtask 2");
  }

  @Test
  void aProducerThatFailedIsRemembered() throws Exception {
    registry.register(outputs(source(0)));
    registry.unregister(
        source(0), new ChannelError(ChannelError.Kind.PRODUCER_ENDED, "Task source failed: no"));
    Consumer late = consumer(0, 0, 0, 0);
    assertThat(late.ask(0)).isFalse();
    assertThat(late.answer()).isEqualTo("Task source failed: no");
  }

  @Test
  void aWithdrawnRequestWaitsNoLonger() {
    Consumer consumer = consumer(0, 0, 0, 0);
    consumer.ask(0);
    registry.withdraw(consumer.request, consumer.channel, ConsumerEnd.FAILED);
    assertThat(registry.waitingRequests()).isZero();
    TaskOutputs outputs = outputs(source(0));
    registry.register(outputs);
    assertThat(outputs.output(0).get(0).sink()).isNull();
  }

  @Test
  void aFinishedConsumerWaitsNoLongerButItsProducerGetsItsChannel() {
    Consumer consumer = consumer(0, 0, 0, 0);
    consumer.ask(0);
    consumer.channel.close(ConsumerEnd.FINISHED, "");
    registry.withdraw(consumer.request, consumer.channel, ConsumerEnd.FINISHED);
    assertThat(registry.waitingRequests()).isZero();
    assertThat(registry.expire(11_000_000_000L)).isFalse();
    TaskOutputs outputs = outputs(source(0));
    registry.register(outputs);
    assertThat(outputs.output(0).get(0).sink()).isSameAs(consumer.channel);
  }

  @Test
  void theProducersNextAttemptIsNotGivenAFinishedConsumer() {
    Consumer consumer = consumer(0, 0, 0, 0);
    consumer.ask(0);
    registry.withdraw(consumer.request, consumer.channel, ConsumerEnd.FINISHED);
    TaskOutputs outputs = outputs(source(1));
    registry.register(outputs);
    assertThat(outputs.output(0).get(0).sink()).isNull();
  }
}
