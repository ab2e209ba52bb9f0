package org.stellwerk.runtime.highavailability.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.contract.JobStoreContract;
import org.stellwerk.runtime.highavailability.contract.RecordingContender;
import org.stellwerk.runtime.highavailability.contract.ServiceOutageContract;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.util.IdGenerator;

/** Outages of ZooKeeper; each member reaches it through a relay of its own. */
class ZooKeeperOutageTest extends ServiceOutageContract {

  private static final IdentityHashMap<HighAvailabilityServices, HoldingRelay> RELAYS =
      new IdentityHashMap<>();

  private static TestingServer server;
  private static ZooKeeperMembers members;

  @BeforeAll
  static void startServer() throws Exception {
    // A tickTime of 500 ms, as in our zoo.cfg, lets clients have short session timeouts.
    server = new TestingServer(new InstanceSpec(null, -1, -1, -1, true, -1, 500, -1), true);
    members = new ZooKeeperMembers(server.getConnectString());
  }

  @AfterAll
  static void stopServer() throws Exception {
    for (HoldingRelay relay : RELAYS.values()) {
      relay.close();
    }
    members.close();
    server.close();
  }

  @BeforeEach
  void newCluster() throws Exception {
    server.restart();
    members.newCluster();
  }

  private static HoldingRelay relayOf(HighAvailabilityServices member) {
    return Objects.requireNonNull(RELAYS.get(member));
  }

  @Override
  protected HighAvailabilityServices createMember() throws Exception {
    return createMember(
        members
            .configuration()
            .with(HighAvailabilityOptions.ZOOKEEPER_SESSION_TIMEOUT, Duration.ofSeconds(3))
            .with(HighAvailabilityOptions.ZOOKEEPER_MAX_RETRY_ATTEMPTS, 1));
  }

  private HighAvailabilityServices createMember(Configuration configuration) throws Exception {
    HoldingRelay relay = new HoldingRelay(server.getPort());
    HighAvailabilityServices member =
        members.create(
            configuration.with(HighAvailabilityOptions.ZOOKEEPER_QUORUM, relay.address()));
    RELAYS.put(member, relay);
    return member;
  }

  @Override
  protected void expireSession(HighAvailabilityServices member) throws Exception {
    members.expireSession(member);
  }

  @Override
  protected void stopService() throws IOException {
    server.stop();
  }

  @Override
  protected void startService() throws Exception {
    server.restart();
  }

  @Override
  protected void cutOff(HighAvailabilityServices member) {
    relayOf(member).hold();
  }

  @Override
  protected void reconnect(HighAvailabilityServices member) {
    relayOf(member).release();
  }

  /** Of the process's threads for I/O, which fetch jars and call back, none waits for ZooKeeper. */
  @Test
  void callsThatWaitForZooKeeperHoldNothingElseUp() throws Exception {
    ExecutorService single = Executors.newSingleThreadExecutor();
    HoldingRelay relay = new HoldingRelay(server.getPort());
    HighAvailabilityServices member =
        ZooKeeperHighAvailabilityServices.create(
            members.configuration().with(HighAvailabilityOptions.ZOOKEEPER_QUORUM, relay.address()),
            single,
            IdGenerator.secure());
    UUID session = lead(member);
    relay.hold();
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    for (int number = 0; number < 5; number++) {
      writes.add(member.jobStore().putJob(session, JobStoreContract.graph(number, 10)));
    }
    CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {}, single);
    assertThat(other).succeedsWithin(PATIENCE);
    assertThat(writes).noneMatch(CompletableFuture::isDone);
    relay.release();
    writes.forEach(write -> assertThat(write).succeedsWithin(PATIENCE));
    result(member.closeAsync());
    relay.close();
    single.shutdownNow();
  }

  @Test
  void whatAConnectionStillCarriesThatWasGivenUpIsNotCarriedOut() throws Exception {
    HighAvailabilityServices member =
        createMember(
            members
                .configuration()
                .with(HighAvailabilityOptions.ZOOKEEPER_SESSION_TIMEOUT, Duration.ofSeconds(6)));
    RecordingContender contender = contend(member);
    UUID session = contender.awaitGrants(1).get(0);
    result(member.jobStore().putJob(session, JobStoreContract.graph(2, 10)));
    Runnable release = relayOf(member).holdPresent();
    CompletableFuture<Void> put = member.jobStore().putJob(session, JobStoreContract.graph(1, 10));
    // The client hears nothing, connects again and repeats the write.
    assertThat(put).succeedsWithin(PATIENCE);
    result(member.jobStore().removeJob(session, JobStoreContract.graph(1, 10).jobId()));
    release.run();
    for (int i = 0; i < 20; i++) {
      result(member.jobStore().putJob(session, JobStoreContract.graph(2, 10)));
      assertThat(JobStoreContract.graphs(member.jobStore()))
          .containsExactly(JobStoreContract.graph(2, 10));
    }
    assertThat(contender.grants()).hasSize(1);
    result(member.closeAsync());
  }
}
