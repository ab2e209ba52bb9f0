package org.stellwerk.runtime.scheduler.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.RecordingFatalErrorHandler;
import org.stellwerk.rpc.simulation.SeededIdGenerator;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.executiongraph.TaskManagerLostException;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements.VertexBounds;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPool;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolConfig;
import org.stellwerk.runtime.jobmaster.slotpool.TestingTaskManagerGateway;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.scheduler.ExecutionGraphSpec;
import org.stellwerk.runtime.scheduler.SchedulerServices;

/**
 * An adaptive scheduler with a slot pool, in virtual time; it hears of slots as from a JobMaster.
 */
final class AdaptiveBed {

  static final Duration TICK = Duration.ofMillis(1);
  static final Duration IDLE_TIMEOUT = Duration.ofSeconds(50);
  private static final int MOST_SLOTS = 100;

  final List<AdaptiveState> states = new ArrayList<>();
  private final SimScheduler sim = new SimScheduler(1);
  private final ManualMainThreadExecutor mainThread = new ManualMainThreadExecutor(sim);
  private final RecordingFatalErrorHandler fatalErrors = new RecordingFatalErrorHandler();
  private final Map<Integer, TestingTaskManagerGateway> gateways = new LinkedHashMap<>();
  private final SlotPool pool =
      new SlotPool(
          (version, slots) -> {},
          mainThread,
          new SlotPoolConfig(Duration.ofSeconds(1), IDLE_TIMEOUT),
          sim.clock());
  private @Nullable AdaptiveScheduler scheduler;
  private @Nullable JobGraph graph;

  /** What is stored of the job, if it ran under an earlier leader. */
  Optional<JobProgress> recovered = Optional.empty();

  /** A scheduler that has not begun. */
  AdaptiveScheduler make(JobGraph jobGraph, Configuration configuration) {
    graph = jobGraph;
    scheduler =
        new AdaptiveScheduler(
            new ExecutionGraphSpec(jobGraph, TestGraphs.information(jobGraph), 5, recovered),
            pool,
            new SchedulerServices(
                new RuntimeServices(
                    sim.clock(),
                    new SeededIdGenerator(sim.random().fork("ids")),
                    sim.random().fork("random"),
                    Runnable::run,
                    fatalErrors,
                    FaultPoints.NONE,
                    (machine, id, from, to) -> {
                      if (machine.equals(TransitionObserver.ADAPTIVE_JOB)) {
                        states.add((AdaptiveState) to);
                      }
                    }),
                mainThread,
                configuration,
                Duration.ofSeconds(20),
                Duration.ofSeconds(1)),
            this::onJobStatus);
    return scheduler;
  }

  /** What the JobMaster does at the end of a job. */
  private void onJobStatus(JobStatus status) {
    if (status.isGloballyTerminal()) {
      pool.close("the job is " + status);
    }
  }

  void start(JobGraph jobGraph, Configuration configuration) {
    make(jobGraph, configuration).startScheduling();
  }

  AdaptiveScheduler scheduler() {
    if (scheduler == null) {
      throw new IllegalStateException("Not started");
    }
    return scheduler;
  }

  SlotPool pool() {
    return pool;
  }

  AdaptiveState state() {
    return states.isEmpty() ? AdaptiveState.CREATED : states.get(states.size() - 1);
  }

  JobStatus status() {
    return scheduler().getJobStatus();
  }

  TestingTaskManagerGateway gateway(int taskManager) {
    return gateways.computeIfAbsent(taskManager, ignored -> new TestingTaskManagerGateway());
  }

  /** A TaskManager joins and offers slots. */
  void join(int taskManager, int slots) {
    pool.registerTaskManager(TestGraphs.taskManager(taskManager));
    List<SlotOffer> offers = new ArrayList<>();
    for (int index = 0; index < slots; index++) {
      offers.add(new SlotOffer(TestGraphs.allocation(taskManager * MOST_SLOTS + index), index));
    }
    pool.offerSlots(TestGraphs.location(taskManager), gateway(taskManager), offers);
    scheduler().onSlotsOffered();
  }

  /** The TaskManagers that are to be left, all of them. */
  void drain(int... taskManagers) {
    scheduler().onDraining(Arrays.stream(taskManagers).mapToObj(TestGraphs::taskManager).toList());
  }

  /** A TaskManager is killed. */
  void lose(int taskManager) {
    scheduler()
        .onTaskManagerLost(
            TestGraphs.taskManager(taskManager),
            TaskManagerLostException.of(
                TestGraphs.location(taskManager), TaskManagerLoss.gone("killed")));
  }

  /** A TaskManager is killed, and the tasks elsewhere react to their cancellation. */
  void loseAndCancelRest(int taskManager) {
    lose(taskManager);
    reportAll(ExecutionState.CANCELING, ExecutionState.CANCELED);
  }

  /** How many tasks are not over. */
  int tasks() {
    return (int) scheduler().snapshot().stream().filter(each -> !each.state().isTerminal()).count();
  }

  /** How many subtasks a vertex has. */
  int parallelism(JobVertexID vertexId) {
    return (int)
        scheduler().snapshot().stream()
            .filter(each -> each.attemptId().jobVertexId().equals(vertexId))
            .count();
  }

  List<ExecutionAttemptID> attempts(ExecutionState state) {
    return scheduler().snapshot().stream()
        .filter(each -> each.state() == state)
        .map(ExecutionSnapshot::attemptId)
        .toList();
  }

  void reportAll(ExecutionState from, ExecutionState to) {
    attempts(from).forEach(attempt -> report(attempt, to, null));
  }

  void allRun() {
    reportAll(ExecutionState.DEPLOYING, ExecutionState.RUNNING);
  }

  void allCanceled() {
    reportAll(ExecutionState.CANCELING, ExecutionState.CANCELED);
  }

  /** The first task that runs fails. */
  void failOne() {
    report(
        attempts(ExecutionState.RUNNING).get(0),
        ExecutionState.FAILED,
        new SerializedThrowable("com.example.Boom", "as told", "at somewhere", null));
  }

  void report(
      ExecutionAttemptID attempt, ExecutionState state, @Nullable SerializedThrowable failure) {
    assertThat(
            scheduler()
                .updateTaskExecutionState(
                    new TaskExecutionState(
                        TestGraphs.jobId(1), attempt, state, failure, IOMetrics.ZERO)))
        .isTrue();
  }

  /** Its TaskManager says that the task does not end. */
  void stuck(ExecutionAttemptID attempt) {
    assertThat(
            scheduler()
                .updateTaskExecutionState(
                    new TaskExecutionState(
                        TestGraphs.jobId(1),
                        attempt,
                        ExecutionState.FAILED,
                        new SerializedThrowable("com.example.Stuck", "as told", "at loop", null),
                        IOMetrics.ZERO,
                        true,
                        null)))
        .isTrue();
  }

  /** The same bounds for all vertices. */
  JobResourceRequirements bounds(int lower, int upper) {
    if (graph == null) {
      throw new IllegalStateException("Not started");
    }
    return new JobResourceRequirements(
        graph.vertices().stream()
            .map(vertex -> new VertexBounds(vertex.id(), lower, upper))
            .toList());
  }

  void runFor(Duration duration) {
    sim.runFor(duration);
  }

  /** How many tasks each TaskManager was sent. */
  Map<Integer, Integer> submitted() {
    Map<Integer, Integer> counts = new TreeMap<>();
    gateways.forEach((id, gateway) -> counts.put(id, gateway.submitted.size()));
    return counts;
  }

  void checkInvariants() {
    fatalErrors.assertNoErrors();
    scheduler().checkInvariants();
    pool.checkInvariants();
  }
}
