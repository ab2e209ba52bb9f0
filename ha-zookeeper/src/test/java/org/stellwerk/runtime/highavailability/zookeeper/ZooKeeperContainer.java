package org.stellwerk.runtime.highavailability.zookeeper;

import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * ZooKeeper in a container, as the official image runs it, for the tests of one class. Where there
 * is no container engine or no such image these are skipped, with the reason; {@code
 * -Dstellwerk.zookeeper.image=…} names another image.
 */
final class ZooKeeperContainer implements AutoCloseable {

  private static final String IMAGE =
      System.getProperty("stellwerk.zookeeper.image", "zookeeper:3.9");
  private static final int PORT = 2181;

  private final GenericContainer<?> container =
      new GenericContainer<>(DockerImageName.parse(IMAGE))
          .withEnv("ZOO_TICK_TIME", "500")
          .withExposedPorts(PORT);
  private final String missing;

  private ZooKeeperContainer() {
    this.missing = start();
    if (!missing.isEmpty()) {
      System.err.println(missing);
    }
  }

  /** Runs, or {@link #assumeRunning} says why not. */
  static ZooKeeperContainer tryToStart() {
    return new ZooKeeperContainer();
  }

  /** "", or why it does not run. */
  private String start() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      return skipped("no container engine answers (DOCKER_HOST or /var/run/docker.sock)");
    }
    try {
      container.start();
      return "";
    } catch (ContainerFetchException e) {
      return skipped("the image " + IMAGE + " can be neither found nor pulled");
    }
  }

  private static String skipped(String why) {
    return "Skipped what needs ZooKeeper in a container: " + why;
  }

  /** To be called before each test, so that each is reported as skipped, with the reason. */
  void assumeRunning() {
    Assumptions.assumeTrue(missing.isEmpty(), missing);
  }

  String quorum() {
    return container.getHost() + ":" + container.getMappedPort(PORT);
  }

  @Override
  public void close() {
    container.stop();
  }
}
