package org.stellwerk.simulation;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.cluster.ProcessServices;
import org.stellwerk.runtime.cluster.TaskManagerProcess;
import org.stellwerk.util.AutoCloseableAsync;

/**
 * A process of the simulated world under its name: the present incarnation's node, what it is built
 * on, and how it ends. What survives it is elsewhere.
 */
final class SimProcess {

  /** What kind of process it is; a TaskManager has slots. */
  record Role(String name, int slots) {

    boolean isTaskManager() {
      return slots > 0;
    }
  }

  private final Role role;
  private final SimNode node;
  private final ProcessServices services;
  private final AutoCloseableAsync process;
  private @Nullable CompletableFuture<Void> stopped;

  SimProcess(Role role, SimNode node, ProcessServices services, AutoCloseableAsync process) {
    this.role = role;
    this.node = node;
    this.services = services;
    this.process = process;
  }

  Role role() {
    return role;
  }

  SimNode node() {
    return node;
  }

  /** Whether it was asked to end, and has not ended yet. */
  boolean isStopping() {
    return stopped != null && node.isAlive();
  }

  /** A TaskManager tells the cluster why it is about to end. */
  CompletableFuture<Void> announceEnd(String fault) {
    return ((TaskManagerProcess) process).announceEnd(fault);
  }

  /**
   * Ends it as SIGTERM does: the process closes, then what it is built on, then the node is gone.
   * One that does not get there in time is gone then, as with the real processes.
   */
  CompletableFuture<Void> stop(Duration limit) {
    CompletableFuture<Void> running = stopped;
    if (running != null) {
      return running;
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    stopped = done;
    ScheduledFuture<?> limitReached =
        node.timers().schedule(() -> kill(done), limit.toNanos(), TimeUnit.NANOSECONDS);
    done.whenComplete((ignored, failure) -> limitReached.cancel(false));
    node.timers()
        .execute(
            () ->
                FutureUtils.composeAfterwards(
                        process.closeAsync(), Runnable::run, this::closeServices)
                    .whenComplete((ignored, failure) -> exit(done)));
    return done;
  }

  private CompletableFuture<Void> closeServices() {
    return FutureUtils.composeAfterwards(
        services.highAvailability().closeAsync(), Runnable::run, services.rpc()::closeAsync);
  }

  private void exit(CompletableFuture<Void> done) {
    node.exit();
    done.complete(null);
  }

  private void kill(CompletableFuture<Void> done) {
    node.crash("it did not close in time");
    done.complete(null);
  }
}
