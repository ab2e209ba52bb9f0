package org.stellwerk.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.RecordingFatalErrorHandler;
import org.stellwerk.rpc.simulation.SeededIdGenerator;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.TaskManagerLostException;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobGraph;
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

/** A scheduler with a slot pool, in virtual time; TaskManager n offers slot 0 with allocation n. */
final class SchedulerBed {

  static final Duration SLOT_TIMEOUT = Duration.ofSeconds(20);
  static final Duration IDLE_TIMEOUT = Duration.ofSeconds(50);

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
  private final List<JobStatus> statuses = new ArrayList<>();
  private final List<ExecutionAttemptID> useless = new ArrayList<>();
  private @Nullable DefaultScheduler scheduler;
  private int progressChanges;

  void start(JobGraph graph, Configuration configuration) {
    prepare(graph, configuration).startScheduling();
  }

  /** What is stored of the job, if it ran under an earlier leader. */
  Optional<JobProgress> recovered = Optional.empty();

  /** The bed's scheduler from now on, of a job that has not begun. */
  DefaultScheduler prepare(JobGraph graph, Configuration configuration) {
    DefaultScheduler made =
        new DefaultScheduler(
            new ExecutionGraphSpec(graph, TestGraphs.information(graph), 5, recovered),
            pool,
            new SchedulerServices(
                new RuntimeServices(
                    sim.clock(),
                    new SeededIdGenerator(sim.random().fork("ids")),
                    sim.random().fork("random"),
                    Runnable::run,
                    fatalErrors,
                    FaultPoints.NONE,
                    TransitionObserver.NONE),
                mainThread,
                configuration,
                SLOT_TIMEOUT,
                Duration.ofSeconds(1)),
            new JobStatusListener() {
              @Override
              public void jobStatusChanged(JobStatus newStatus) {
                statuses.add(newStatus);
              }

              @Override
              public void progressChanged() {
                progressChanges++;
              }

              @Override
              public void resultsUseless(
                  ResourceID taskManagerId, List<ExecutionAttemptID> producers) {
                useless.addAll(producers);
              }
            });
    scheduler = made;
    return made;
  }

  DefaultScheduler scheduler() {
    if (scheduler == null) {
      throw new IllegalStateException("Not started");
    }
    return scheduler;
  }

  /** The job's states so far. */
  List<JobStatus> statuses() {
    return statuses;
  }

  /** How often the progress was said to have changed. */
  int progressChanges() {
    return progressChanges;
  }

  /** The attempts whose results were said to be of no use any more. */
  List<ExecutionAttemptID> useless() {
    return useless;
  }

  SlotPool pool() {
    return pool;
  }

  JobStatus status() {
    return scheduler().getJobStatus();
  }

  TestingTaskManagerGateway gateway(int taskManager) {
    return gateways.computeIfAbsent(taskManager, ignored -> new TestingTaskManagerGateway());
  }

  void offerSlot(int taskManager) {
    offerSlot(taskManager, 0, taskManager);
  }

  void offerSlot(int taskManager, int index, int allocation) {
    pool.registerTaskManager(TestGraphs.taskManager(taskManager));
    assertThat(
            pool.offerSlots(
                TestGraphs.location(taskManager),
                gateway(taskManager),
                List.of(new SlotOffer(TestGraphs.allocation(allocation), index))))
        .hasSize(1);
    scheduler().onSlotsOffered();
  }

  List<Execution> executions() {
    List<Execution> all = new ArrayList<>();
    scheduler().getExecutionGraph().forEachExecution(all::add);
    return all;
  }

  void reportAllRunning() {
    executions().stream()
        .filter(each -> each.getState() == ExecutionState.DEPLOYING)
        .forEach(each -> report(each, ExecutionState.RUNNING));
  }

  boolean update(Execution execution, ExecutionState state) {
    return update(execution, state, null);
  }

  private boolean update(
      Execution execution, ExecutionState state, @Nullable SerializedThrowable failure) {
    return scheduler()
        .updateTaskExecutionState(
            new TaskExecutionState(
                scheduler().getExecutionGraph().getJobId(),
                execution.getAttemptId(),
                state,
                failure,
                IOMetrics.ZERO));
  }

  void report(Execution execution, ExecutionState state) {
    assertThat(update(execution, state)).isTrue();
  }

  void fail(Execution execution, String className) {
    fail(execution, className, "as told");
  }

  void fail(Execution execution, String className, String message) {
    assertThat(
            update(
                execution,
                ExecutionState.FAILED,
                new SerializedThrowable(className, message, "at somewhere", null)))
        .isTrue();
  }

  /** Its TaskManager says that it does not end. */
  void stuck(Execution execution) {
    assertThat(stuckOrMissing(execution, "com.example.Stuck", true, null)).isTrue();
  }

  /** A task fails because it cannot read what the producer has left. */
  void failMissing(Execution execution, ExecutionAttemptID producer) {
    assertThat(stuckOrMissing(execution, "com.example.Missing", false, producer)).isTrue();
  }

  private boolean stuckOrMissing(
      Execution execution,
      String className,
      boolean slotLost,
      @Nullable ExecutionAttemptID missingProducer) {
    return scheduler()
        .updateTaskExecutionState(
            new TaskExecutionState(
                scheduler().getExecutionGraph().getJobId(),
                execution.getAttemptId(),
                ExecutionState.FAILED,
                new SerializedThrowable(className, "as told", "at loop", null),
                IOMetrics.ZERO,
                slotLost,
                missingProducer));
  }

  /** One task fails, the others end, all start again and run. */
  void restartOnce() {
    List<Execution> all = executions();
    fail(all.get(0), "com.example.Boom");
    all.stream().skip(1).forEach(each -> report(each, ExecutionState.CANCELED));
    reportAllRunning();
  }

  void lose(int taskManager) {
    lose(taskManager, TaskManagerLoss.gone("killed"));
  }

  private void lose(int taskManager, TaskManagerLoss loss) {
    scheduler()
        .onTaskManagerLost(
            TestGraphs.taskManager(taskManager),
            TaskManagerLostException.of(TestGraphs.location(taskManager), loss));
  }

  void loseAndCancelRest(int taskManager) {
    loseAndCancelRest(taskManager, TaskManagerLoss.gone("killed"));
  }

  void loseAndCancelRest(int taskManager, TaskManagerLoss loss) {
    lose(taskManager, loss);
    executions().stream()
        .filter(each -> each.getState() == ExecutionState.CANCELING)
        .forEach(each -> report(each, ExecutionState.CANCELED));
  }

  /** These are to be left, and no others. */
  void drain(Integer... taskManagers) {
    scheduler().onDraining(Arrays.stream(taskManagers).map(TestGraphs::taskManager).toList());
  }

  void runFor(Duration duration) {
    sim.runFor(duration);
  }

  void checkInvariants() {
    fatalErrors.assertNoErrors();
    scheduler().checkInvariants();
    pool.checkInvariants();
  }
}
