package org.stellwerk.simulation;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimRpcConfig;
import org.stellwerk.runtime.runner.FatalTaskException;

/**
 * What can befall the processes of a {@link SimWorld}, its coordination service and its stores; the
 * faults of the network are those of {@link SimNetwork}. Each method acts at this instant. What it
 * sets stays until it is set again or {@link #heal()}ed; a restarted process has none of the faults
 * of its predecessor. Names are those under which processes were started.
 */
public final class SimFaults {

  /** As long as the real processes are given by their runner. */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private static final int PING_PONG_CHECKS = 200;

  /** Which way of a link is cut. */
  public enum Way {
    /** What the process sends. */
    TO_SERVICE,
    /** What it receives. */
    FROM_SERVICE,
    /** Both. */
    BOTH
  }

  private final SimWorld world;

  SimFaults(SimWorld world) {
    this.world = world;
  }

  /** Kills the process, or "zk"; harmless if it is dead. */
  public void crash(String name) {
    if (name.equals(SimCoordination.NODE_NAME)) {
      world.coordination().crash();
    } else {
      world.node(name).crash();
    }
  }

  /**
   * Starts a dead process again, as what it was, one that is ending when it has ended, or "zk";
   * harmless if it is alive.
   */
  public void restart(String name) {
    if (name.equals(SimCoordination.NODE_NAME)) {
      world.coordination().restart();
      return;
    }
    SimProcess process = world.process(name);
    if (!process.node().isAlive()) {
      world.start(process.role());
    } else if (process.isStopping()) {
      process
          .stop(STOP_LIMIT)
          .thenRun(
              () -> world.scheduler().at(Duration.ZERO, "restart " + name, () -> restart(name)));
    } else {
      world
          .ends()
          .whenEnded(
              process.node(),
              () -> world.scheduler().at(Duration.ZERO, "restart " + name, () -> restart(name)));
    }
  }

  /**
   * Asks the process to end, as SIGTERM does; its node is gone afterwards, at the latest after 20 s
   * of its time.
   *
   * @return completes when it is gone; not if it crashes meanwhile
   */
  public CompletableFuture<Void> stop(String name) {
    return world.process(name).stop(STOP_LIMIT);
  }

  /** A task of the TaskManager uses up the memory; the process ends itself. */
  public void exhaustMemory(String name) {
    SimNode node = world.node(name);
    if (node.isAlive() && !node.isFrozen()) {
      OutOfMemoryError error = new OutOfMemoryError("Java heap space");
      node.fatalErrors()
          .onFatalError(
              new FatalTaskException("OutOfMemoryError: Java heap space, in a task", error));
    }
  }

  /** Stops everything of the process for a while. */
  public void freeze(String name, Duration duration) {
    world.node(name).freeze(duration);
  }

  /** The TaskManager's disk loses what finished tasks have left, of which nobody is told. */
  public void loseResults(String taskManager) {
    world.taskRunner(taskManager).loseResults();
  }

  /** The process's wall clock jumps, back if negative. */
  public void stepClock(String name, Duration step) {
    world.node(name).clock().stepWall(step);
  }

  /** From now on the process's clock gains so much on the world's; 0 for not at all. */
  public void driftClock(String name, long partsPerMillion) {
    world.node(name).clock().setDrift(partsPerMillion);
  }

  /** From now on this share of the process's tasks that do I/O takes up to so long. */
  public void slowIo(String name, double share, Duration longest) {
    world.node(name).slowIo(share, longest);
  }

  /** From now on the process's endpoints are busy with this share of messages for up to so long. */
  public void slowEndpoints(String name, double share, Duration longest) {
    world.node(name).slowEndpoints(share, longest);
  }

  /** From now on everything is sometimes slow, as on busy machines; or it is not any more. */
  public void busy(boolean busy) {
    world
        .network()
        .setLatencies(busy ? SimRpcConfig.Latencies.busy() : SimRpcConfig.Latencies.calm());
  }

  /** The coordination service ends the process's session, as if its pings had not come through. */
  public void expireSession(String name) {
    world.coordination().expireSessionOf(world.node(name));
  }

  /** Cuts the process from the coordination service; neither side notices by itself. */
  public void cutFromCoordination(String name, Way way) {
    if (way != Way.FROM_SERVICE) {
      world.network().setOneWay(name, SimCoordination.NODE_NAME, Status.BLACKHOLE);
    }
    if (way != Way.TO_SERVICE) {
      world.network().setOneWay(SimCoordination.NODE_NAME, name, Status.BLACKHOLE);
    }
  }

  /** The process reaches the coordination service again. */
  public void reconnectToCoordination(String name) {
    world.network().setStatus(name, SimCoordination.NODE_NAME, Status.CONNECTED);
  }

  /**
   * Leadership moves this many times in a row, each time as soon as there is a leader: the session
   * of whoever leads is ended.
   */
  public void leaderPingPong(int times) {
    pingPong(times, PING_PONG_CHECKS);
  }

  private void pingPong(int left, int checks) {
    if (left == 0 || checks == 0) {
      return;
    }
    boolean ended = world.coordination().expireLeader();
    world
        .scheduler()
        .at(
            Duration.ofMillis(5),
            "leader ping-pong",
            () -> pingPong(ended ? left - 1 : left, ended ? PING_PONG_CHECKS : checks - 1));
  }

  /** From now on this share of what the stores are asked takes up to this much longer. */
  public void slowStores(double share, Duration longest) {
    world.coordination().faults().slow(share, longest);
  }

  /**
   * From now on these shares of the reads and writes of the stores lose their connection, or fail
   * because that has happened too often. A write may have been carried out.
   */
  public void failStores(double shareOfReads, double shareOfWrites) {
    world.coordination().faults().failing(shareOfReads, shareOfWrites);
  }

  /** From now on this share of what the stores are asked fails, with an error that stays. */
  public void breakStores(double share) {
    world.coordination().faults().broken(share);
  }

  /** From now on this share of what JobManagers do with uploaded files fails. */
  public void failBlobs(double share) {
    world.blobs().fail(share);
  }

  /**
   * Ends all faults that are set, those of the network and of fault points as well, and starts the
   * coordination service if it is down; processes that are dead stay dead.
   */
  public void heal() {
    world.network().heal();
    world.disableFaultPoints();
    world.coordination().restart();
    slowStores(0, Duration.ZERO);
    failStores(0, 0);
    breakStores(0);
    failBlobs(0);
    busy(false);
    for (SimNode node : world.network().nodes()) {
      node.slowIo(0, Duration.ZERO);
      node.slowEndpoints(0, Duration.ZERO);
      node.clock().setDrift(0);
    }
  }
}
