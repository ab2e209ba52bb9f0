package org.stellwerk.dist.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The cluster that bin/cluster-docker.sh starts, with ports and a name of its own, and one
 * TaskManager. Where there is no engine, no compose, or no image to build upon, the test is skipped
 * with the reason; {@code -Dstellwerk.base.image=…} names another base.
 */
final class ContainerCluster implements AutoCloseable {

  private static final String PROJECT = "stellwerk-test";
  private static final String BASE =
      System.getProperty("stellwerk.base.image", "eclipse-temurin:17-jre");

  private final Installation installation;
  private final List<Integer> restPorts;

  private ContainerCluster(Installation installation, List<Integer> restPorts) {
    this.installation = installation;
    this.restPorts = restPorts;
  }

  static ContainerCluster startOrSkip(Installation installation, int slots) throws Exception {
    ContainerCluster cluster = new ContainerCluster(installation, Installation.freePorts(2));
    cluster.skipUnless("no container engine answers", "docker info");
    cluster.skipUnless("docker has no compose", "docker compose version || docker-compose version");
    cluster.skipUnless(
        "the image " + BASE + " can be neither found nor pulled",
        "docker image inspect " + BASE + " || docker pull " + BASE);
    installation.set("COMPOSE_PROJECT_NAME", PROJECT);
    installation.set("STELLWERK_IMAGE", PROJECT);
    installation.set("STELLWERK_BASE_IMAGE", BASE);
    installation.set("STELLWERK_SLOTS", String.valueOf(slots));
    installation.set("STELLWERK_REST_PORT", cluster.restPorts.get(0).toString());
    installation.set("STELLWERK_REST_PORT_2", cluster.restPorts.get(1).toString());
    installation.run("cluster-docker.sh", "build").ok();
    installation.run("cluster-docker.sh", "start").ok();
    return cluster;
  }

  private void skipUnless(String why, String command) throws Exception {
    if (installation.run("/bin/bash", "-c", command).exitCode() != 0) {
      String text = "Skipped the cluster in containers: " + why;
      System.err.println(text);
      Assumptions.abort(text);
    }
  }

  /** The command line, in a JobManager's container. */
  String stellwerk(String... arguments) throws Exception {
    String[] all = new String[arguments.length + 1];
    all[0] = "stellwerk";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return installation.run("cluster-docker.sh", all).ok().out();
  }

  /** REST of a JobManager; they are numbered from 1. */
  RestProbe rest(int jobManager) {
    return new RestProbe(restPorts.get(jobManager - 1));
  }

  /** The number of the JobManager that was granted the only session so far. */
  int leader() throws Exception {
    String log = docker("logs " + container("jobmanager-1"));
    return log.contains("Leadership granted, session ") ? 1 : 2;
  }

  void kill(int jobManager) throws Exception {
    docker("kill " + container("jobmanager-" + jobManager));
  }

  /** Copies what is in a directory of the TaskManagers' containers, all into one. */
  void copyOfTaskManagers(String directory, Path target) throws Exception {
    Files.createDirectories(target);
    for (String taskManager : container("taskmanager").lines().toList()) {
      docker("cp " + taskManager + ":" + directory + "/. " + target);
    }
  }

  /** Its id; those of several one on each line. */
  private String container(String service) throws Exception {
    String label = "label=com.docker.compose.";
    return docker(
            "ps -q --filter %sproject=%s --filter %sservice=%s"
                .formatted(label, PROJECT, label, service))
        .strip();
  }

  private String docker(String arguments) throws IOException, InterruptedException {
    return installation.run("/bin/bash", "-c", "docker " + arguments + " 2>&1").ok().out();
  }

  @Override
  public void close() throws IOException {
    try {
      installation.run("cluster-docker.sh", "stop", "--purge").ok();
      docker("rmi " + PROJECT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
