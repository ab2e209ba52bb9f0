package org.stellwerk.rpc.simulation;

import java.time.Duration;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.rpc.simulation.SimObserver.NodeEvent;
import org.stellwerk.util.IdGenerator;

/**
 * One process of the simulated world, from its start to its end: what a process is given from
 * outside (RPC, clock, executors, identifiers, randomness), and what can befall it. A restarted
 * process is a new node of the same name with the next incarnation.
 */
public final class SimNode {

  private final SimNetwork network;
  private final String name;
  private final int incarnation;
  private final String id;
  private final SimClock clock;
  private final SimRandom random;
  private final IdGenerator ids;
  private final RecordingFatalErrorHandler fatalErrors;
  private final SimExecutor timers;
  private final SimExecutor io;
  private final SimRpcService rpc;
  private boolean alive = true;
  private long frozenUntilNanos;

  SimNode(SimNetwork network, String name, int incarnation) {
    SimScheduler scheduler = network.scheduler();
    this.network = network;
    this.name = name;
    this.incarnation = incarnation;
    this.id = name + "#" + incarnation;
    this.clock = new SimClock(scheduler);
    this.random = scheduler.random().fork("node:" + id);
    this.ids = new SeededIdGenerator(random.fork("ids"));
    this.fatalErrors = new RecordingFatalErrorHandler(scheduler::reportViolation);
    this.timers = new SimExecutor(scheduler, this, "timers", SimLatency.fixed(Duration.ZERO));
    this.io = new SimExecutor(scheduler, this, "io", network.config().latencies().io());
    this.rpc = new SimRpcService(network, this);
  }

  /** The name, which later incarnations share. */
  public String name() {
    return name;
  }

  /** 1 for the first process of this name. */
  public int incarnation() {
    return incarnation;
  }

  /** The process's RPC. */
  public SimRpcService rpc() {
    return rpc;
  }

  /** The process's clock; may drift. */
  public SimClock clock() {
    return clock;
  }

  /** Timers outside of any main thread. */
  public ScheduledExecutor timers() {
    return timers;
  }

  /** An executor whose tasks take the I/O latency. */
  public ScheduledExecutor io() {
    return io;
  }

  /** From now on this share of the I/O executor's tasks takes up to so long, if that is longer. */
  public void slowIo(double share, Duration longest) {
    SimLatency usual = network.config().latencies().io();
    io.setLatency(
        SimLatency.mostly(
            usual,
            random -> Math.max(usual.nextNanos(random), random.nextLong(1 + longest.toNanos())),
            share));
  }

  /** Identifiers that no other node has. */
  public IdGenerator ids() {
    return ids;
  }

  /** Randomness of this node's own. */
  public SimRandom random() {
    return random;
  }

  /** Where faults of the process go; an unexpected one ends the run. */
  public RecordingFatalErrorHandler fatalErrors() {
    return fatalErrors;
  }

  /** Whether the process has not crashed. */
  public boolean isAlive() {
    return alive;
  }

  /**
   * Kills the process: nothing of it ever runs again. Peers with open calls to it learn that soon
   * unless the link is a black hole.
   */
  public void crash() {
    if (alive) {
      alive = false;
      observers().onNode(this, NodeEvent.CRASHED, "");
      network.crashed(this);
    }
  }

  /** Stops the process for a while, as a long garbage collection does; then it runs late. */
  public void freeze(Duration duration) {
    long until = network.scheduler().nowNanos() + duration.toNanos();
    if (until > frozenUntilNanos) {
      frozenUntilNanos = until;
      network.scheduler().at(duration, "thaw " + id, () -> thawed(until));
    }
    observers().onNode(this, NodeEvent.FROZEN, "for " + duration);
  }

  private void thawed(long untilNanos) {
    if (alive && frozenUntilNanos == untilNanos) {
      observers().onNode(this, NodeEvent.THAWED, "");
    }
  }

  private SimObservers observers() {
    return network.scheduler().observers();
  }

  long frozenUntilNanos() {
    return frozenUntilNanos;
  }

  @Override
  public String toString() {
    return id;
  }
}
