package org.stellwerk.runtime.highavailability.zookeeper;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.contract.LeaderElectionContract;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The election against ZooKeeper in a container, as the official image runs it. Skipped, with the
 * reason, where there is no container engine or no such image; {@code
 * -Dstellwerk.zookeeper.image=…} names another image.
 */
class ZooKeeperContainerElectionTest extends LeaderElectionContract {

  private static final String IMAGE =
      System.getProperty("stellwerk.zookeeper.image", "zookeeper:3.9");
  private static final int PORT = 2181;

  private static GenericContainer<?> container;
  private static ZooKeeperMembers members;
  private static String missing = "";

  @BeforeAll
  static void startServer() throws Exception {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      miss("no container engine answers (DOCKER_HOST or /var/run/docker.sock)");
      return;
    }
    container =
        new GenericContainer<>(DockerImageName.parse(IMAGE))
            .withEnv("ZOO_TICK_TIME", "500")
            .withExposedPorts(PORT);
    try {
      container.start();
    } catch (ContainerFetchException e) {
      miss("the image " + IMAGE + " can be neither found nor pulled");
      return;
    }
    members = new ZooKeeperMembers(container.getHost() + ":" + container.getMappedPort(PORT));
  }

  private static void miss(String what) {
    missing = "Skipped the election against ZooKeeper in a container: " + what;
    System.err.println(missing);
  }

  @AfterAll
  static void stopServer() {
    if (members != null) {
      members.close();
    }
    if (container != null) {
      container.stop();
    }
  }

  @BeforeEach
  void newCluster() {
    // Here and not above, so that each test is reported as skipped, with the reason.
    Assumptions.assumeTrue(missing.isEmpty(), missing);
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
