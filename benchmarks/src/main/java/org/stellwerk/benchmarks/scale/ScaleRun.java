package org.stellwerk.benchmarks.scale;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.stellwerk.rpc.simulation.SimBudget;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.simulation.SimTaskPlan;
import org.stellwerk.simulation.SimWorld;

/**
 * A cluster of many TaskExecutors and a job of as many tasks as there are slots, in two vertices
 * which are connected all-to-all; what each step of its life takes. The components are those of
 * production; what runs tasks is not.
 */
public final class ScaleRun {

  private static final Duration PATIENCE = Duration.ofMinutes(30);
  private static final Duration ASK_TIMEOUT = Duration.ofMinutes(5);

  private final int taskExecutors;
  private final int slotsEach;
  private final Meter meter = new Meter();
  private final SimWorld world = new SimWorld(1);
  private final Map<ExecutionState, Integer> entered = new EnumMap<>(ExecutionState.class);
  private int tasksCanceled;

  private ScaleRun(int taskExecutors, int slotsEach) {
    this.taskExecutors = taskExecutors;
    this.slotsEach = slotsEach;
    world.scheduler().setBudget(SimBudget.defaults().withEventsAtOneInstant(Integer.MAX_VALUE));
    world.scheduler().addObserver(meter);
    world.addTransitionListener(
        (node, machine, id, from, to) -> {
          if (machine.equals(TransitionObserver.EXECUTION)) {
            entered.merge((ExecutionState) to, 1, Integer::sum);
          } else if (machine.equals(TransitionObserver.TASK) && to == ExecutionState.CANCELED) {
            tasksCanceled++;
          }
        });
  }

  /** Registration, scheduling, deployment and cancellation of a job of one task per slot. */
  public static List<Cost> deployment(int taskExecutors, int slotsEach) {
    ScaleRun run = new ScaleRun(taskExecutors, slotsEach);
    run.startCluster();
    run.runJob();
    return run.meter.costs();
  }

  /** Registration, and the heartbeats of a time at the default interval. */
  public static List<Cost> heartbeats(int taskExecutors, int slotsEach, Duration time) {
    ScaleRun run = new ScaleRun(taskExecutors, slotsEach);
    run.startCluster();
    run.world.scheduler().runFor(time);
    run.meter.end("heartbeats");
    return run.meter.costs();
  }

  private void startCluster() {
    meter.begin();
    world.startJobManager("jm");
    world.dispatcher();
    for (int i = 0; i < taskExecutors; i++) {
      world.startTaskManager("tm-" + i, slotsEach);
    }
    world.awaitFreeSlots(taskExecutors * slotsEach, PATIENCE);
    meter.end("registration");
  }

  private void runJob() {
    int width = taskExecutors * slotsEach / 2;
    int tasks = 2 * width;
    JobGraph job = job(width);
    DispatcherGateway dispatcher = world.dispatcher();
    meter.begin();
    world.await(dispatcher.submitJob(job, ASK_TIMEOUT));
    meter.end("submission");
    until(() -> count(ExecutionState.DEPLOYING) > 0);
    meter.end("slots");
    until(() -> count(ExecutionState.RUNNING) == tasks);
    meter.end("deployment");
    world.await(dispatcher.cancelJob(job.jobId(), ASK_TIMEOUT));
    until(() -> count(ExecutionState.CANCELED) == tasks && tasksCanceled == tasks);
    world.awaitFreeSlots(taskExecutors * slotsEach, PATIENCE);
    meter.end("cancellation");
  }

  private int count(ExecutionState state) {
    return entered.getOrDefault(state, 0);
  }

  private void until(BooleanSupplier condition) {
    world.scheduler().runUntil(condition, PATIENCE);
  }

  private static JobGraph job(int width) {
    SimTaskPlan plan = SimTaskPlan.runsForEver();
    JobVertex source = plan.vertex(new UUID(0, 1), "source", width);
    JobVertex sink = plan.vertex(new UUID(0, 2), "sink", width);
    return new JobGraph(
        new JobID(new UUID(1, 1)),
        "all-to-all " + width + " x " + width,
        List.of(source, sink),
        List.of(new JobEdge(source.id(), sink.id(), ShipStrategy.REBALANCE)),
        Map.of(),
        List.of());
  }
}
