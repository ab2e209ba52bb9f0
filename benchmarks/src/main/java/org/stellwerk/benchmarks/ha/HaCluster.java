package org.stellwerk.benchmarks.ha;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A cluster of real processes, started by the shipped scripts with the shipped settings, whose
 * processes can be ended, frozen and started again one by one. Used by one thread; its REST view by
 * any.
 */
final class HaCluster implements AutoCloseable {

  private final Layout layout;
  private final ClusterFiles files;
  private final Hosts hosts;
  private final List<String> zooKeeperHosts = new ArrayList<>();
  private final List<Node> zooKeepers = new ArrayList<>();
  private final List<Node> jobManagers = new ArrayList<>();
  private final List<Node> taskManagers = new ArrayList<>();
  private final Map<Node, String> addresses = new LinkedHashMap<>();
  private final List<URI> restAddresses = new ArrayList<>();

  private HaCluster(Layout layout, ClusterFiles files, Hosts hosts) {
    this.layout = layout;
    this.files = files;
    this.hosts = hosts;
  }

  /** Returns when all slots are registered. */
  static HaCluster start(Layout layout, Path home, Path work, int firstPort)
      throws IOException, InterruptedException {
    HaCluster cluster =
        new HaCluster(
            layout,
            new ClusterFiles(home, work, firstPort),
            layout.ownHosts() ? Hosts.separate() : Hosts.shared());
    cluster.makeNodes();
    try {
      Map<Node, Process> starting = new LinkedHashMap<>();
      for (Node node : cluster.all()) {
        starting.put(node, node.startScript());
      }
      for (Map.Entry<Node, Process> each : starting.entrySet()) {
        each.getKey().awaitStarted(each.getValue());
      }
      cluster.awaitSlots(layout.taskManagers() * layout.slots());
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private void makeNodes() throws IOException, InterruptedException {
    for (int i = 0; i < layout.zooKeepers(); i++) {
      zooKeeperHosts.add(hosts.add());
    }
    for (int i = 0; i < layout.zooKeepers(); i++) {
      zooKeepers.add(register(files.zooKeeper(i, hosts, zooKeeperHosts), zooKeeperHosts.get(i)));
    }
    for (int i = 0; i < layout.jobManagers(); i++) {
      String host = hosts.add();
      jobManagers.add(register(files.jobManager(i, host, hosts, zooKeeperHosts), host));
      restAddresses.add(URI.create("http://" + host + ":" + files.restPort(i)));
    }
    for (int i = 0; i < layout.taskManagers(); i++) {
      String host = hosts.add();
      taskManagers.add(
          register(files.taskManager(i, layout.slots(), host, hosts, zooKeeperHosts), host));
    }
  }

  private Node register(Node node, String address) {
    addresses.put(node, address);
    return node;
  }

  private List<Node> all() {
    return Stream.of(zooKeepers, jobManagers, taskManagers).flatMap(List::stream).toList();
  }

  List<Node> zooKeepers() {
    return zooKeepers;
  }

  List<Node> jobManagers() {
    return jobManagers;
  }

  List<Node> taskManagers() {
    return taskManagers;
  }

  /** Asks all JobManagers. */
  RestView rest() {
    return new RestView(restAddresses);
  }

  /** Asks all JobManagers but one. */
  RestView restWithout(Node jobManager) {
    List<URI> others = new ArrayList<>(restAddresses);
    others.remove(jobManagers.indexOf(jobManager));
    return new RestView(others);
  }

  Leadership leadership() {
    return new Leadership(jobManagers);
  }

  ZooKeeperQuorum quorum() {
    Map<Node, Integer> ports = new LinkedHashMap<>();
    for (int i = 0; i < zooKeepers.size(); i++) {
      ports.put(zooKeepers.get(i), files.zooKeeperPort(i));
    }
    return new ZooKeeperQuorum(addresses, ports);
  }

  /** From now on nothing that the one sends to the other arrives. */
  void cut(Node from, Node to) throws IOException, InterruptedException {
    hosts.cut(addresses.get(from), addresses.get(to));
  }

  void heal(Node from, Node to) throws IOException, InterruptedException {
    hosts.heal(addresses.get(from), addresses.get(to));
  }

  /** A new directory for what a job writes. */
  Path outputs(String name) throws IOException {
    return files.outputs().resolve(name);
  }

  /** Starts what does not run, and waits until all slots are registered. */
  void startMissing() throws IOException, InterruptedException {
    for (Node node : all()) {
      if (!node.isAlive()) {
        node.start();
      }
    }
    awaitSlots(layout.taskManagers() * layout.slots());
  }

  private void awaitSlots(int slots) throws IOException, InterruptedException {
    rest()
        .await(
            "/overview",
            slots + " slots",
            overview -> overview.path("slots-total").asInt() == slots);
  }

  @Override
  public void close() throws IOException {
    try {
      for (Node node : all()) {
        node.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // what is left is ended by the script
    }
  }
}
