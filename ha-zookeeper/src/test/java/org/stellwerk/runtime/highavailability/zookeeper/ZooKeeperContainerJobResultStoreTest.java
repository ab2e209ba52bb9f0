package org.stellwerk.runtime.highavailability.zookeeper;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.contract.JobResultStoreContract;

/** The store of results against ZooKeeper in a container. */
class ZooKeeperContainerJobResultStoreTest extends JobResultStoreContract {

  private static ZooKeeperContainer container;
  private static ZooKeeperMembers members;

  @BeforeAll
  static void startServer() {
    container = ZooKeeperContainer.tryToStart();
  }

  @AfterAll
  static void stopServer() {
    if (members != null) {
      members.close();
    }
    container.close();
  }

  @BeforeEach
  void newCluster() throws Exception {
    container.assumeRunning();
    if (members == null) {
      members = new ZooKeeperMembers(container.quorum());
    }
    members.newCluster();
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
