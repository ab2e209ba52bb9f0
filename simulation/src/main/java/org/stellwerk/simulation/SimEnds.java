package org.stellwerk.simulation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimEvent;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.cluster.LeaderSessionException;
import org.stellwerk.runtime.runner.FatalTaskException;
import org.stellwerk.runtime.taskexecutor.RegistrationTimeoutException;
import org.stellwerk.util.ExceptionUtils;

/**
 * Processes that end by themselves because of a fault that a good process may have, as a real one
 * leaves its JVM; a supervisor may start them again. Any other fault is a violation. The list of
 * good faults is positive:
 *
 * <ul>
 *   <li>no ResourceManager took the TaskManager in within its time;
 *   <li>the leader cannot read what is stored;
 *   <li>a task has used up the memory.
 * </ul>
 *
 * <p>A TaskManager tells the cluster why it ends, if that works within two seconds.
 */
public final class SimEnds {

  /**
   * One end.
   *
   * @param node the incarnation that has ended
   * @param nanos when, in the world's time
   */
  public record End(SimNode node, long nanos, Throwable why) {}

  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private final SimWorld world;
  private final Map<SimNode, CompletableFuture<Void>> ending = new LinkedHashMap<>();
  private final List<End> ends = new ArrayList<>();
  private @Nullable Duration restartPause;

  SimEnds(SimWorld world) {
    this.world = world;
  }

  /** The ends so far, oldest first. */
  public List<End> all() {
    return List.copyOf(ends);
  }

  /** From now on a process that has ended by itself is started again after the pause. */
  public void supervise(Duration pause) {
    restartPause = pause;
  }

  /** From now on nothing is started again, not even what has ended already. */
  public void endSupervision() {
    restartPause = null;
  }

  void watch(SimNode node) {
    node.fatalErrors().onErrors(SimEnds::isGood, fault -> onFault(node, fault));
  }

  private static boolean isGood(Throwable fault) {
    return fault instanceof RegistrationTimeoutException
        || (fault instanceof LeaderSessionException && fault.getCause() instanceof IOException)
        || fault instanceof FatalTaskException;
  }

  private void onFault(SimNode node, Throwable fault) {
    if (!node.isAlive() || world.process(node.name()).isStopping() || isEnding(node)) {
      return; // a process that ends already only logs it
    }
    ending.put(node, new CompletableFuture<>());
    ends.add(new End(node, world.scheduler().nowNanos(), fault));
    SimProcess process = world.process(node.name());
    if (!process.role().isTaskManager()) {
      end(node, fault);
      return;
    }
    SimEvent limit =
        world.scheduler().at(LAST_WORDS, "last words of " + node, () -> end(node, fault));
    process
        .announceEnd(ExceptionUtils.describe(fault))
        .whenComplete(
            (ignored, failure) -> {
              limit.cancel();
              end(node, fault);
            });
  }

  /** Whether the process has met a fault and says its last words. */
  public boolean isEnding(SimNode node) {
    return ending.containsKey(node);
  }

  /** Runs the action when such a process is gone. */
  void whenEnded(SimNode node, Runnable action) {
    CompletableFuture<Void> end = ending.get(node);
    if (end != null) {
      end.thenRun(action);
    }
  }

  private void end(SimNode node, Throwable fault) {
    CompletableFuture<Void> end = ending.remove(node);
    if (end == null) {
      return;
    }
    boolean killed = !node.isAlive();
    if (!killed) {
      node.crash("ended by itself: " + fault);
    }
    end.complete(null);
    if (killed) {
      return; // before it had said everything
    }
    Duration pause = restartPause;
    if (pause != null) {
      String name = node.name();
      world.scheduler().at(pause, "supervisor restarts " + name, () -> restart(node));
    }
  }

  /** Unless somebody else has done so, or it is not to be done any more. */
  private void restart(SimNode ended) {
    if (restartPause != null && world.node(ended.name()) == ended) {
      world.faults().restart(ended.name());
    }
  }
}
