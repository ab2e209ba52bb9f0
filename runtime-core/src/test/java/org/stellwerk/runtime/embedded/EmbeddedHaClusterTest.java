package org.stellwerk.runtime.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.highavailability.contract.RecordingContender;
import org.stellwerk.runtime.leaderelection.CallbackQueue;
import org.stellwerk.runtime.leaderelection.LeaderContender;

class EmbeddedHaClusterTest {

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final AtomicLong ids = new AtomicLong();
  private final EmbeddedHaCluster cluster =
      new EmbeddedHaCluster(() -> new UUID(0, ids.incrementAndGet()), tasks::add);
  private final EmbeddedHighAvailabilityServices first =
      new EmbeddedHighAvailabilityServices(cluster);
  private final EmbeddedHighAvailabilityServices second =
      new EmbeddedHighAvailabilityServices(cluster);

  private void run() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  @Test
  void aTestMovesLeadershipAround() {
    RecordingContender one = new RecordingContender();
    RecordingContender two = new RecordingContender();
    first.leaderElection().startLeaderElection(one);
    second.leaderElection().startLeaderElection(two);
    run();
    assertThat(one.session()).isEqualTo(new UUID(0, 1));
    cluster.revokeLeadership();
    run();
    assertThat(one.session()).isNull();
    assertThat(two.session()).isNull();
    cluster.grantLeadership();
    run();
    assertThat(two.session()).isEqualTo(new UUID(0, 2));
    cluster.grantLeadership(first.leaderElection());
    run();
    assertThat(one.session()).isEqualTo(new UUID(0, 3));
    assertThat(two.session()).isNull();
    first.closeAsync();
    run();
    assertThat(two.session()).isEqualTo(new UUID(0, 4));
    assertThatThrownBy(() -> cluster.grantLeadership(first.leaderElection()))
        .isInstanceOf(IllegalArgumentException.class);
    one.assertOrderly();
    two.assertOrderly();
  }

  @Test
  void whatAContenderThrowsReachesItsErrorHandler() {
    RecordingContender errors = new RecordingContender();
    first
        .leaderElection()
        .startLeaderElection(
            new LeaderContender() {
              @Override
              public void grantLeadership(UUID leaderSessionId) {
                throw new IllegalStateException("broken");
              }

              @Override
              public void revokeLeadership() {}

              @Override
              public void handleError(Exception exception) {
                errors.handleError(exception);
              }
            });
    run();
    assertThat(errors.errors()).singleElement().isInstanceOf(IllegalStateException.class);
  }

  @Test
  void closingEndsEvenIfTheExecutorHasEnded() {
    CallbackQueue callbacks =
        new CallbackQueue(
            task -> {
              throw new RejectedExecutionException("over");
            });
    callbacks.execute(() -> {});
    CompletableFuture<Void> flushed = callbacks.flush();
    assertThat(flushed).isCompleted();
  }
}
