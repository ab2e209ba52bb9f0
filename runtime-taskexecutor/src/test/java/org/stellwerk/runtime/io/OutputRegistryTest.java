package org.stellwerk.runtime.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.TaskInformation;

class OutputRegistryTest {

  private static final ExecutionGraphId GRAPH = new ExecutionGraphId(new UUID(1, 1));
  private static final JobVertexID SOURCE = new JobVertexID(new UUID(2, 1));
  private static final JobVertexID SINK = new JobVertexID(new UUID(2, 2));

  private final OutputRegistry registry = new OutputRegistry(Duration.ofSeconds(10));
  private final IoCounters counters = new IoCounters();
  private final ExchangeContext context =
      new ExchangeContext(
          DataExchangeConfig.fromConfiguration(
              Configuration.empty(), new ResourceID("tm"), "127.0.0.1", Path.of("results")),
          new MemoryShares(1 << 20, 1 << 10),
          new Flusher(Executors.newScheduledThreadPool(0)));

  private static ExecutionAttemptID source(int attempt) {
    return source(0, attempt);
  }

  private static ExecutionAttemptID source(int subtask, int attempt) {
    return new ExecutionAttemptID(GRAPH, new ExecutionVertexID(SOURCE, subtask), attempt);
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
    final LocalChannels channels;

    Consumer(ChannelRequests requests) {
      channels = new LocalChannels(requests, gate, context);
      gate.setUp(
          List.of(channels), requests.size(), new TaskSerializer(getClass().getClassLoader()));
    }

    boolean ask(long nowNanos) {
      return registry.request(channels, nowNanos);
    }

    String answer() throws InterruptedException {
      try {
        for (int i = 0; i < channels.requests().size(); i++) {
          channels.sink(i, scope).end();
        }
        return gate.next() == null ? "served" : "?";
      } catch (java.io.IOException e) {
        return String.valueOf(e.getMessage());
      }
    }
  }

  private Consumer consumer(int producerAttempt, int output, int subtask, int attempt) {
    return new Consumer(
        requests(output, subtask, attempt, new int[] {0}, new int[] {producerAttempt}));
  }

  private static ChannelRequests requests(
      int output, int subtask, int attempt, int[] producers, int[] attempts) {
    return new ChannelRequests(
        new ProducerAttempts(GRAPH, SOURCE, producers, attempts),
        output,
        subtask,
        sink(subtask, attempt),
        false);
  }

  @Test
  void aRequestIsServedWhicheverComesFirst() throws Exception {
    Consumer early = consumer(0, 0, 0, 0);
    assertThat(early.ask(0)).isTrue();
    TaskOutputs outputs = outputs(source(0));
    registry.register(outputs);
    Consumer late = consumer(0, 0, 1, 0);
    assertThat(late.ask(0)).isFalse();
    assertThat(outputs.consumer(0, 0)).isSameAs(early.channels);
    assertThat(outputs.consumer(0, 1)).isSameAs(late.channels);
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
    assertThat(outputs.consumer(0, 0)).isSameAs(newest.channels);
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
    registry.withdraw(consumer.channels, ConsumerEnd.FAILED);
    assertThat(registry.waitingRequests()).isZero();
    TaskOutputs outputs = outputs(source(0));
    registry.register(outputs);
    assertThat(outputs.consumer(0, 0)).isNull();
  }

  @Test
  void aFinishedConsumerWaitsNoLongerButItsProducerGetsItsChannel() {
    Consumer consumer = consumer(0, 0, 0, 0);
    consumer.ask(0);
    consumer.channels.close(ConsumerEnd.FINISHED, "");
    registry.withdraw(consumer.channels, ConsumerEnd.FINISHED);
    assertThat(registry.waitingRequests()).isZero();
    assertThat(registry.expire(11_000_000_000L)).isFalse();
    TaskOutputs outputs = outputs(source(0));
    registry.register(outputs);
    assertThat(outputs.consumer(0, 0)).isSameAs(consumer.channels);
  }

  @Test
  void theProducersNextAttemptIsNotGivenAFinishedConsumer() {
    Consumer consumer = consumer(0, 0, 0, 0);
    consumer.ask(0);
    registry.withdraw(consumer.channels, ConsumerEnd.FINISHED);
    TaskOutputs outputs = outputs(source(1));
    registry.register(outputs);
    assertThat(outputs.consumer(0, 0)).isNull();
  }

  @Test
  void ofAGroupEachProducerIsAnsweredForItself() throws Exception {
    Consumer consumer =
        new Consumer(requests(0, 1, 0, new int[] {0, 2, 5, 7}, new int[] {0, 1, 0, 0}));
    TaskOutputs there = outputs(source(0, 0));
    registry.register(there);
    assertThat(consumer.ask(0)).isTrue();
    assertThat(there.consumer(0, 1)).isSameAs(consumer.channels);
    assertThat(registry.waitingRequests()).isEqualTo(3);
    TaskOutputs otherAttempt = outputs(source(2, 0));
    TaskOutputs later = outputs(source(7, 0));
    registry.register(otherAttempt);
    registry.register(later);
    assertThat(otherAttempt.consumer(0, 1)).isNull();
    assertThat(later.consumer(0, 1)).isSameAs(consumer.channels);
    assertThat(registry.waitingRequests()).isEqualTo(2);
    registry.register(outputs(source(5, 1)));
    assertThat(registry.waitingRequests()).isEqualTo(1);
    assertThat(consumer.answer()).contains("output 0 of subtask 5", "is out of date");
  }

  @Test
  void aConsumerHearsOfTheFirstProducerThatFailsAndOneThatLeftOfNone() throws Exception {
    TaskOutputs first = outputs(source(0, 0));
    TaskOutputs second = outputs(source(1, 0));
    registry.register(first);
    registry.register(second);
    Consumer stays = new Consumer(requests(0, 0, 0, new int[] {0, 1}, new int[] {0, 0}));
    Consumer leaves = new Consumer(requests(0, 1, 0, new int[] {0, 1}, new int[] {0, 0}));
    assertThat(stays.ask(0)).isFalse();
    assertThat(leaves.ask(0)).isFalse();
    leaves.channels.close(ConsumerEnd.FAILED, "left");
    second.abort(new ChannelError(ChannelError.Kind.PRODUCER_ENDED, "second failed"));
    first.abort(new ChannelError(ChannelError.Kind.PRODUCER_ENDED, "first failed"));
    assertThatThrownBy(stays.gate::next)
        .isInstanceOf(ProducerFailedException.class)
        .hasMessageContaining("second failed");
    leaves.scope.cancel();
    assertThatThrownBy(leaves.gate::next).isInstanceOf(InterruptedException.class);
  }

  @Test
  void ofTwoWaitingGroupsOnlyWhatBothAskForIsSettled() throws Exception {
    Consumer old = new Consumer(requests(0, 0, 0, new int[] {0, 1}, new int[] {0, 0}));
    Consumer again = new Consumer(requests(0, 0, 1, new int[] {0, 1}, new int[] {1, 0}));
    old.ask(0);
    assertThat(again.ask(0)).isTrue();
    assertThat(registry.waitingRequests()).isEqualTo(3);
    TaskOutputs first = outputs(source(0, 0));
    TaskOutputs second = outputs(source(1, 0));
    registry.register(first);
    registry.register(second);
    assertThat(first.consumer(0, 0)).isSameAs(old.channels);
    assertThat(second.consumer(0, 0)).isSameAs(again.channels);
    assertThat(old.answer()).contains("output 0 of subtask 1", "is out of date");
  }

  @Test
  void anOlderAttemptThatIsStillThereIsFoundBesideTheNewer() throws Exception {
    TaskOutputs old = outputs(source(0));
    TaskOutputs young = outputs(source(1));
    registry.register(old);
    registry.register(young);
    Consumer ofOld = consumer(0, 0, 0, 0);
    Consumer ofYoung = consumer(1, 0, 0, 1);
    assertThat(ofOld.ask(0)).isFalse();
    assertThat(ofYoung.ask(0)).isFalse();
    assertThat(old.consumer(0, 0)).isSameAs(ofOld.channels);
    assertThat(young.consumer(0, 0)).isSameAs(ofYoung.channels);
    registry.unregister(source(1), null);
    registry.unregister(source(0), null);
    assertThat(consumer(0, 0, 1, 0).ask(0)).isTrue();
  }
}
