package org.stellwerk.runtime.highavailability.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.highavailability.contract.RecordingContender;
import org.stellwerk.util.IdGenerator;

/** A candidacy that is closed in the moment in which it begins leaves no latch that contends on. */
class ClosedCandidacyTest {

  private static final int ROUNDS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Test
  void whoIsClosedWhileItBeginsContendsNoMore() throws Exception {
    ExecutorService io = Executors.newCachedThreadPool();
    try (TestingServer server = new TestingServer();
        CuratorFramework client =
            CuratorFrameworkFactory.newClient(server.getConnectString(), new RetryOneTime(10))) {
      client.start();
      for (int round = 0; round < ROUNDS; round++) {
        ZooKeeperLeaderElection election =
            new ZooKeeperLeaderElection(client, IdGenerator.secure(), io, io);
        CyclicBarrier together = new CyclicBarrier(2);
        CompletableFuture<Void> begun =
            CompletableFuture.runAsync(() -> begin(election, together), io);
        together.await(10, TimeUnit.SECONDS);
        spin(round);
        election.closeAsync().get(10, TimeUnit.SECONDS);
        begun.get(10, TimeUnit.SECONDS);
      }
      // What was asked to be created when its candidacy was closed is deleted on its answer.
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(Nodes.children(client, "/latch")).isEmpty());
    } finally {
      io.shutdownNow();
    }
  }

  private static void begin(ZooKeeperLeaderElection election, CyclicBarrier together) {
    try {
      together.await(10, TimeUnit.SECONDS);
      election.startLeaderElection(new RecordingContender());
    } catch (IllegalStateException e) {
      // Closed before it began.
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** So that each round closes a little later than the one before. */
  private static void spin(int round) {
    long until = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(20L * round);
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }
}
