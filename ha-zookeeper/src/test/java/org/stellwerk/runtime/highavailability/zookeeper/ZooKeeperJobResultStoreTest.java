package org.stellwerk.runtime.highavailability.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.highavailability.contract.JobResultStoreContract;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.JobStoreOptions;

class ZooKeeperJobResultStoreTest extends JobResultStoreContract {

  private static TestingServer server;
  private static ZooKeeperMembers members;

  @BeforeAll
  static void startServer() throws Exception {
    server = new TestingServer();
    members = new ZooKeeperMembers(server.getConnectString());
  }

  @AfterAll
  static void stopServer() throws Exception {
    members.close();
    server.close();
  }

  @BeforeEach
  void newCluster() {
    members.newCluster();
  }

  private static JobResult resultOf(int number) {
    return new JobResult(new JobID(new UUID(0, number)), "job", JobStatus.FINISHED, 5, null);
  }

  /** Also those of earlier sessions, but none whose clean-up is open. */
  @Test
  void ofCleanResultsTheOldestGo() throws Exception {
    for (int number = 1; number <= 4; number++) {
      HighAvailabilityServices member =
          members.create(members.configuration().with(JobStoreOptions.MAX_CAPACITY, 2));
      UUID session = lead(member);
      result(member.jobResultStore().createDirtyResult(session, resultOf(number)));
      if (number > 1) {
        result(member.jobResultStore().markResultAsClean(session, resultOf(number).jobId()));
      }
      result(member.closeAsync());
    }
    JobResultStore store = newMember().jobResultStore();
    assertThat(result(store.getDirtyResults())).containsExactly(resultOf(1));
    assertThat(result(store.getResult(resultOf(2).jobId()))).isEmpty();
    assertThat(result(store.getResult(resultOf(3).jobId()))).contains(resultOf(3));
    assertThat(result(store.getResult(resultOf(4).jobId()))).contains(resultOf(4));
  }

  @Override
  protected HighAvailabilityServices createMember() throws Exception {
    return members.create();
  }

  @Override
  protected void expireSession(HighAvailabilityServices member) throws Exception {
    members.expireSession(member);
  }
}
