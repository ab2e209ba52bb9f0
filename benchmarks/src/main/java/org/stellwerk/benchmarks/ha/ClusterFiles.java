package org.stellwerk.benchmarks.ha;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The directories and ports of one cluster: the shipped configuration with other ports, and what
 * each place needs on top of it. Ports: REST from the first on, then RPC, clients of ZooKeeper, and
 * two for each ZooKeeper among its peers.
 */
final class ClusterFiles {

  private static final int RPC = 10;
  private static final int CLIENTS = 20;
  private static final int PEERS = 30;

  private final Path home;
  private final Path work;
  private final int firstPort;

  ClusterFiles(Path home, Path work, int firstPort) {
    this.home = home;
    this.work = work;
    this.firstPort = firstPort;
  }

  int restPort(int jobManager) {
    return firstPort + jobManager;
  }

  Path outputs() throws IOException {
    return Files.createDirectories(work.resolve("outputs"));
  }

  /** Copies the shipped configuration for a place. */
  private Path copyConfiguration(String name) throws IOException {
    Path conf = Files.createDirectories(work.resolve("conf").resolve(name));
    try (Stream<Path> files = Files.list(home.resolve("conf"))) {
      for (Path file : files.toList()) {
        Files.copy(file, conf.resolve(file.getFileName()));
      }
    }
    return conf;
  }

  private Map<String, String> environment(String name, String dataDirectory) throws IOException {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("STELLWERK_HOME", home.toString());
    variables.put("STELLWERK_IDENT", "ha");
    variables.put("STELLWERK_CONF_DIR", work.resolve("conf").resolve(name).toString());
    variables.put("STELLWERK_LOG_DIR", work.resolve("log").resolve(name).toString());
    variables.put("STELLWERK_PID_DIR", work.resolve("run").resolve(name).toString());
    variables.put("STELLWERK_DATA_DIR", work.resolve("data").resolve(dataDirectory).toString());
    return variables;
  }

  private void configure(String name, List<String> zooKeepers) throws IOException {
    List<String> quorum = new ArrayList<>();
    for (int i = 0; i < zooKeepers.size(); i++) {
      quorum.add(zooKeepers.get(i) + ":" + (firstPort + CLIENTS + i));
    }
    Path file = copyConfiguration(name).resolve("config.yaml");
    String temporary = Files.createDirectories(work.resolve("tmp").resolve(name)).toString();
    Files.writeString(
        file,
        Files.readString(file).replace("localhost:2181", String.join(",", quorum))
            + "io.tmp.dirs: "
            + temporary
            + "\n");
  }

  Node jobManager(int index, String host, Hosts hosts, List<String> zooKeepers) throws IOException {
    String name = "jm-" + (index + 1);
    configure(name, zooKeepers);
    return new Node(
        "jobmanager",
        name,
        hosts.prefix(host),
        List.of(
            "-D",
            "jobmanager.resource-id=" + name,
            "-D",
            "jobmanager.rpc.address=" + host,
            "-D",
            "rest.port=" + restPort(index),
            "-D",
            "jobmanager.rpc.port=" + (firstPort + RPC + index)),
        environment(name, "shared"));
  }

  Node taskManager(int index, int slots, String host, Hosts hosts, List<String> zooKeepers)
      throws IOException {
    String name = "tm-" + (index + 1);
    configure(name, zooKeepers);
    return new Node(
        "taskmanager",
        name,
        hosts.prefix(host),
        List.of(
            "-D",
            "taskmanager.resource-id=" + name,
            "-D",
            "taskmanager.host=" + host,
            "-D",
            "taskmanager.numberOfTaskSlots=" + slots),
        environment(name, name));
  }

  Node zooKeeper(int index, Hosts hosts, List<String> zooKeepers) throws IOException {
    String name = "zk-" + (index + 1);
    Path file = copyConfiguration(name).resolve("zoo.cfg");
    String host = zooKeepers.get(index);
    StringBuilder text =
        new StringBuilder(
            Files.readString(file)
                .replace("clientPort=2181", "clientPort=" + (firstPort + CLIENTS + index))
                .replace("clientPortAddress=localhost", "clientPortAddress=" + host));
    if (zooKeepers.size() > 1) {
      for (int i = 0; i < zooKeepers.size(); i++) {
        int port = firstPort + PEERS + 2 * i;
        text.append("server.").append(i + 1).append('=').append(zooKeepers.get(i));
        text.append(':').append(port).append(':').append(port + 1).append('\n');
      }
      Path data = work.resolve("data").resolve(name).resolve("zookeeper");
      Files.writeString(Files.createDirectories(data).resolve("myid"), (index + 1) + "\n");
    }
    text.append("4lw.commands.whitelist=srvr\n");
    Files.writeString(file, text);
    return new Node("zookeeper", name, hosts.prefix(host), List.of(), environment(name, name));
  }

  int zooKeeperPort(int index) {
    return firstPort + CLIENTS + index;
  }
}
