package org.stellwerk.rpc.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.rpc.simulation.SimEvent.Kind;
import org.stellwerk.rpc.simulation.SimObserver.NodeEvent;
import org.stellwerk.util.IdGenerator;

/**
 * One process of the simulated world, from its start to its end: what a process is given from
 * outside (RPC, clock, executors, identifiers, randomness), and what can befall it. A restarted
 * process is a new node of the same name with the next incarnation.
 */
public final class SimNode {

  private static final long NOT_FROZEN = -1;

  /** The label of the events of {@link #drivers()}. */
  public static final String DRIVERS = "drivers";

  private final SimNetwork network;
  private final String name;
  private final int incarnation;
  private final String id;
  private final int place;
  private final SimClock clock;
  private final SimRandom random;
  private final IdGenerator ids;
  private final RecordingFatalErrorHandler fatalErrors;
  private final SimExecutor timers;
  private final SimExecutor drivers;
  private final SimExecutor io;
  private final SimRpcService rpc;
  private SimLatency processing = this::usualProcessing;
  private boolean alive = true;
  private final List<SimEvent> leftBehind = new ArrayList<>();
  private long frozenUntilNanos = NOT_FROZEN;

  SimNode(SimNetwork network, String name, int incarnation, int place) {
    SimScheduler scheduler = network.scheduler();
    this.network = network;
    this.name = name;
    this.incarnation = incarnation;
    this.id = name + "#" + incarnation;
    this.place = place;
    this.clock = new SimClock(scheduler, this);
    this.random = scheduler.random().fork("node:" + id);
    this.ids = new SeededIdGenerator(random.fork("ids"));
    this.fatalErrors =
        new RecordingFatalErrorHandler(error -> scheduler.reportFatalError(this, error));
    this.timers = new SimExecutor(scheduler, this, "timers", SimLatency.fixed(Duration.ZERO));
    this.drivers = new SimExecutor(scheduler, this, DRIVERS, SimLatency.fixed(Duration.ZERO));
    this.io = new SimExecutor(scheduler, this, "io", this::usualIo);
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

  /** Where its links are. */
  int place() {
    return place;
  }

  /** The same in every JVM. */
  int hash() {
    return id.hashCode();
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

  /** Timers of what is simulated in place of the process's drivers: not the process's own. */
  public ScheduledExecutor drivers() {
    return drivers;
  }

  /** An executor whose tasks take the I/O latency. */
  public ScheduledExecutor io() {
    return io;
  }

  /** From now on this share of the I/O executor's tasks takes up to so long, if that is longer. */
  public void slowIo(double share, Duration longest) {
    io.setLatency(SimLatency.sometimesUpTo(this::usualIo, share, longest));
  }

  private long usualIo(SimRandom random) {
    return network.config().latencies().io().nextNanos(random);
  }

  /** From now on endpoints are busy with this share of messages for up to so long, if longer. */
  public void slowEndpoints(double share, Duration longest) {
    processing = SimLatency.sometimesUpTo(this::usualProcessing, share, longest);
  }

  private long usualProcessing(SimRandom random) {
    return network.config().latencies().processing().nextNanos(random);
  }

  /** How long an endpoint is busy with a message. */
  SimLatency processing() {
    return processing;
  }

  /** Identifiers that no other node has. */
  public IdGenerator ids() {
    return ids;
  }

  /** Randomness of this node's own. */
  public SimRandom random() {
    return random;
  }

  /** A future of this world, for whoever plays a part of the process and completes it. */
  public <T extends @Nullable Object> CompletableFuture<T> newFuture() {
    return new SimFuture<>(network.scheduler());
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
    crash("");
  }

  /** Kills the process, or lets it kill itself; says why. */
  public void crash(String why) {
    if (alive) {
      observers().onNode(this, NodeEvent.CRASHED, why);
      exit();
    }
  }

  /** The process, which has closed what it had, is gone: nothing of it ever runs again. */
  public void exit() {
    if (alive) {
      alive = false;
      network.crashed(this);
    }
  }

  /** Stops the process for a while, as a long garbage collection does; then it runs late. */
  public void freeze(Duration duration) {
    long now = network.scheduler().nowNanos();
    long until = now + duration.toNanos();
    if (until > Math.max(now, frozenUntilNanos)) {
      frozenUntilNanos = until;
      SimAction thaw = new SimAction(Kind.CONTROL, null, this, "thaw " + id, () -> thaw(until));
      network.scheduler().scheduleFirst(thaw, duration.toNanos());
    }
    observers().onNode(this, NodeEvent.FROZEN, "for " + duration);
  }

  /** Keeps the event for later if the process stands still. */
  boolean holdsUp(SimEvent event) {
    if (frozenUntilNanos == NOT_FROZEN) {
      return false;
    }
    leftBehind.add(event);
    return true;
  }

  private void thaw(long untilNanos) {
    if (frozenUntilNanos == untilNanos) {
      frozenUntilNanos = NOT_FROZEN;
      leftBehind.forEach(network.scheduler()::scheduleHeldUp);
      leftBehind.clear();
      if (alive) {
        observers().onNode(this, NodeEvent.THAWED, "");
      }
    }
  }

  private SimObservers observers() {
    return network.scheduler().observers();
  }

  /** Whether it stands still at present. */
  public boolean isFrozen() {
    return alive && frozenUntilNanos != NOT_FROZEN;
  }

  @Override
  public String toString() {
    return id;
  }
}
