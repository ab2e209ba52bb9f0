package org.stellwerk.runtime.registration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.registration.RetryingRegistration.Outcome;

class RetryingRegistrationTest {

  private static final RetryingRegistrationConfig CONFIG =
      new RetryingRegistrationConfig(
          Duration.ofMillis(100),
          Duration.ofMillis(350),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5));
  private static final RegistrationResponse SUCCESS =
      new RegistrationResponse.JobMasterTaskExecutorSuccess(
          new ResourceID("jm"), List.of(), List.of(), List.of());
  private static final RpcGateway GATEWAY = new TestingGateway();

  private final SimScheduler scheduler = new SimScheduler(1);
  private final ManualMainThreadExecutor mainThread = new ManualMainThreadExecutor(scheduler);
  private final Deque<CompletableFuture<RpcGateway>> connections = new ArrayDeque<>();
  private final Deque<CompletableFuture<RegistrationResponse>> answers = new ArrayDeque<>();
  private final List<Duration> timeouts = new ArrayList<>();
  private int connects;
  private final RetryingRegistration<RpcGateway> registration =
      new RetryingRegistration<>(
          "a peer",
          () -> {
            connects++;
            return connections.isEmpty()
                ? CompletableFuture.completedFuture(GATEWAY)
                : connections.remove();
          },
          (gateway, timeout) -> {
            timeouts.add(timeout);
            return answers.isEmpty()
                ? CompletableFuture.completedFuture(SUCCESS)
                : answers.remove();
          },
          CONFIG,
          mainThread);

  private CompletableFuture<Outcome<RpcGateway>> startAndRun(double seconds) {
    CompletableFuture<Outcome<RpcGateway>> outcome = registration.start();
    seconds(seconds);
    return outcome;
  }

  private void seconds(double seconds) {
    scheduler.runFor(Duration.ofMillis((long) (seconds * 1000)));
  }

  @Test
  void connectsAndCallsOnce() {
    CompletableFuture<Outcome<RpcGateway>> outcome = startAndRun(60);
    assertThat(outcome).isCompletedWithValue(new Outcome<>(GATEWAY, SUCCESS));
    assertThat(connects).isEqualTo(1);
    assertThat(timeouts).containsExactly(CONFIG.initialTimeout());
  }

  @Test
  void aRejectionIsTheLastWord() {
    RegistrationResponse rejection = new RegistrationResponse.Rejection("never");
    answers.add(CompletableFuture.completedFuture(rejection));
    assertThat(startAndRun(60)).isCompletedWithValue(new Outcome<>(GATEWAY, rejection));
    assertThat(timeouts).hasSize(1);
  }

  @Test
  void whatConnectingThrowsFailsTheRegistration() {
    IllegalStateException failure = new IllegalStateException("no address");
    RetryingRegistration<RpcGateway> throwing =
        new RetryingRegistration<>(
            "a peer",
            () -> {
              throw failure;
            },
            (gateway, timeout) -> CompletableFuture.completedFuture(SUCCESS),
            CONFIG,
            mainThread);
    CompletableFuture<Outcome<RpcGateway>> outcome = throwing.start();
    assertThat(outcome).isCompletedExceptionally();
    scheduler.runUntilIdle();
  }

  @Test
  void aFailedConnectionIsMadeAgainAfterTheErrorDelay() {
    connections.add(CompletableFuture.failedFuture(new IllegalStateException("refused")));
    CompletableFuture<Outcome<RpcGateway>> outcome = startAndRun(0.9);
    assertThat(connects).isEqualTo(1);
    assertThat(outcome).isNotDone();
    seconds(0.2);
    assertThat(connects).isEqualTo(2);
    assertThat(outcome).isCompleted();
  }

  @Test
  void aCallThatTimesOutIsRepeatedWithTheTimeoutDoubledUpToTheMaximum() {
    for (int i = 0; i < 4; i++) {
      answers.add(CompletableFuture.failedFuture(new TimeoutException("slow")));
    }
    assertThat(startAndRun(1)).isCompleted();
    assertThat(timeouts)
        .extracting(Duration::toMillis)
        .containsExactly(100L, 200L, 350L, 350L, 350L);
    assertThat(connects).isEqualTo(1);
  }

  @Test
  void aRefusalIsTriedAgainAfterTheRefusedDelay() {
    answers.add(
        CompletableFuture.completedFuture(new RegistrationResponse.Failure("not the leader yet")));
    CompletableFuture<Outcome<RpcGateway>> outcome = startAndRun(4.9);
    assertThat(timeouts).hasSize(1);
    seconds(0.2);
    assertThat(outcome).isCompletedWithValue(new Outcome<>(GATEWAY, SUCCESS));
  }

  @Test
  void anExceptionalAnswerIsTriedAgainAfterTheErrorDelay() {
    answers.add(CompletableFuture.failedFuture(new IllegalStateException("not started")));
    CompletableFuture<Outcome<RpcGateway>> outcome = startAndRun(0.9);
    assertThat(timeouts).hasSize(1);
    seconds(0.2);
    assertThat(outcome).isCompleted();
    assertThat(connects).isEqualTo(2);
  }

  @Test
  void closedItNeitherRetriesNorCompletes() {
    CompletableFuture<RegistrationResponse> late = new CompletableFuture<>();
    answers.add(CompletableFuture.completedFuture(new RegistrationResponse.Failure("later")));
    answers.add(late);
    CompletableFuture<Outcome<RpcGateway>> outcome = startAndRun(6);
    registration.close();
    late.complete(SUCCESS);
    seconds(60);
    assertThat(outcome).isNotDone();
    assertThat(timeouts).hasSize(2);
  }

  @Test
  void closedDuringADelayItDoesNotRetry() {
    connections.add(CompletableFuture.failedFuture(new IllegalStateException("refused")));
    CompletableFuture<Outcome<RpcGateway>> outcome = startAndRun(0.5);
    registration.close();
    seconds(60);
    assertThat(outcome).isNotDone();
    assertThat(connects).isEqualTo(1);
  }

  private static final class TestingGateway implements RpcGateway {
    @Override
    public String getAddress() {
      return "testing";
    }

    @Override
    public String getHostname() {
      return "localhost";
    }
  }
}
