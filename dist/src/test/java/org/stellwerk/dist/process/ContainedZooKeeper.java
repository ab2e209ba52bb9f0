package org.stellwerk.dist.process;

import com.github.dockerjava.api.DockerClient;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * ZooKeeper in a container, for a cluster of processes beside it. It keeps its port when it is
 * started again. Where there is no container engine or no such image the test is skipped, with the
 * reason.
 */
final class ContainedZooKeeper implements AutoCloseable {

  private static final String IMAGE =
      System.getProperty("stellwerk.zookeeper.image", "zookeeper:3.9");

  private final GenericContainer<?> container;

  private ContainedZooKeeper(GenericContainer<?> container) {
    this.container = container;
  }

  static ContainedZooKeeper startOrSkip(int port) {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      skip("no container engine answers (DOCKER_HOST or /var/run/docker.sock)");
    }
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(IMAGE))
            .withEnv("ZOO_TICK_TIME", "500")
            .withExposedPorts(2181);
    container.setPortBindings(List.of(port + ":2181"));
    try {
      container.start();
    } catch (ContainerFetchException e) {
      skip("the image " + IMAGE + " can be neither found nor pulled");
    }
    return new ContainedZooKeeper(container);
  }

  private static void skip(String why) {
    String text = "Skipped the cluster beside ZooKeeper in a container: " + why;
    System.err.println(text);
    Assumptions.abort(text);
  }

  private static DockerClient docker() {
    return DockerClientFactory.instance().client();
  }

  void pause() {
    docker().pauseContainerCmd(container.getContainerId()).exec();
  }

  void goOn() {
    docker().unpauseContainerCmd(container.getContainerId()).exec();
  }

  /** Kills the server, and starts it again with what it has stored. */
  void restart() {
    docker().restartContainerCmd(container.getContainerId()).withTimeout(0).exec();
  }

  @Override
  public void close() {
    container.stop();
  }
}
