package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.leaderelection.LeaderInformation;

/** That each fault does to a cluster what it says. */
class SimFaultsTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private final SimWorld world = new SimWorld(31);
  private final SimFaults faults = world.faults();

  @BeforeEach
  void startCluster() {
    world.startJobManager("jm-1");
    world.dispatcher();
    world.startJobManager("jm-2");
    world.startTaskManager("tm-1", 2);
    world.awaitFreeSlots(2, SOON);
  }

  private UUID leader() {
    return world.coordination().publishedLeader().map(LeaderInformation::sessionId).orElseThrow();
  }

  private void awaitAnotherLeaderThan(UUID session) {
    world
        .scheduler()
        .runUntil(
            () ->
                world
                    .coordination()
                    .publishedLeader()
                    .filter(leader -> !leader.sessionId().equals(session))
                    .isPresent(),
            SOON);
  }

  @Test
  void aProcessThatIsAskedToEndSaysGoodbyeAndIsGone() {
    SimNode node = world.node("tm-1");
    CompletableFuture<Void> stopped = faults.stop("tm-1");
    world.scheduler().await(stopped, Duration.ofSeconds(1));
    assertThat(node.isAlive()).isFalse();
    world.awaitFreeSlots(0, Duration.ofSeconds(1));
    faults.restart("tm-1");
    assertThat(world.node("tm-1").incarnation()).isEqualTo(2);
    world.awaitFreeSlots(2, SOON);
  }

  @Test
  void aLeaderThatIsAskedToEndHandsOverWithoutWaitingForItsSession() {
    UUID before = leader();
    world.scheduler().await(faults.stop("jm-1"), Duration.ofSeconds(1));
    world.scheduler().runFor(Duration.ofMillis(100));
    assertThat(leader()).isNotEqualTo(before);
    world.awaitFreeSlots(2, SOON);
  }

  @Test
  void aFrozenProcessThatIsAskedToEndIsGoneWhenItsTimeIsOver() {
    faults.freeze("tm-1", Duration.ofSeconds(5));
    CompletableFuture<Void> stopped = faults.stop("tm-1");
    world.scheduler().runFor(Duration.ofSeconds(4));
    assertThat(stopped).isNotDone();
    world.scheduler().await(stopped, Duration.ofSeconds(2));
  }

  @Test
  void leadershipMovesAsOftenAsAskedWithinMilliseconds() {
    UUID before = leader();
    faults.leaderPingPong(3);
    world.scheduler().runFor(Duration.ofSeconds(1));
    assertThat(leader()).isNotEqualTo(before);
    world.awaitFreeSlots(2, SOON);
    assertThat(world.jobManagers()).containsExactly("jm-1", "jm-2");
    assertThat(world.taskManagers()).containsExactly("tm-1");
  }

  @Test
  void aLeaderThatIsCutOffIsReplaced() {
    for (SimFaults.Way way : SimFaults.Way.values()) {
      UUID before = leader();
      String leading = world.coordination().leadingNode().orElseThrow().name();
      faults.cutFromCoordination(leading, way);
      awaitAnotherLeaderThan(before);
      faults.reconnectToCoordination(leading);
      world.scheduler().runFor(SOON);
    }
    world.awaitFreeSlots(2, SOON);
  }

  @Test
  void healingEndsWhatWasSet() {
    faults.slowIo("jm-1", 1, Duration.ofMinutes(1));
    faults.slowStores(1, Duration.ofMinutes(1));
    faults.driftClock("tm-1", 500_000);
    faults.cutFromCoordination("jm-2", SimFaults.Way.BOTH);
    faults.slowEndpoints("jm-2", 1, Duration.ofMinutes(1));
    faults.failStores(1, 1);
    faults.failBlobs(1);
    faults.busy(true);
    faults.crash(SimCoordination.NODE_NAME);
    faults.heal();
    UUID before = leader();
    faults.expireSession("jm-1");
    awaitAnotherLeaderThan(before);
    world.awaitFreeSlots(2, Duration.ofSeconds(5));
  }
}
