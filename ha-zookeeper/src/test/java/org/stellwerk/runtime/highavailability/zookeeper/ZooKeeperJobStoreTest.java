package org.stellwerk.runtime.highavailability.zookeeper;

import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.contract.JobStoreContract;

class ZooKeeperJobStoreTest extends JobStoreContract {

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

  @Override
  protected HighAvailabilityServices createMember() throws Exception {
    return members.create();
  }

  @Override
  protected void expireSession(HighAvailabilityServices member) throws Exception {
    members.expireSession(member);
  }
}
