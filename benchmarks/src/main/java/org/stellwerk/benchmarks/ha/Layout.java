package org.stellwerk.benchmarks.ha;

/**
 * What a cluster consists of.
 *
 * @param slots of each TaskManager
 * @param ownHosts whether each process has a network namespace of its own, so that connections
 *     between single processes can be cut
 */
record Layout(int zooKeepers, int jobManagers, int taskManagers, int slots, boolean ownHosts) {

  /** On one host: one ZooKeeper, three TaskManagers of eight slots. */
  static Layout withJobManagers(int jobManagers) {
    return new Layout(1, jobManagers, 3, 8, false);
  }

  Layout withZooKeepers(int count) {
    return new Layout(count, jobManagers, taskManagers, slots, ownHosts);
  }

  Layout onOwnHosts() {
    return new Layout(zooKeepers, jobManagers, taskManagers, slots, true);
  }
}
