package org.stellwerk.simulation.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.dispatcher.Dispatcher;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.ClusterOverview;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.resourcemanager.ResourceManager;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.simulation.SimStores;
import org.stellwerk.simulation.SimTaskRunner;
import org.stellwerk.simulation.SimWorld;
import org.stellwerk.simulation.check.ClusterChecks;
import org.stellwerk.simulation.schedule.JobSettings;
import org.stellwerk.simulation.schedule.JobShape;
import org.stellwerk.simulation.schedule.JobTasks;
import org.stellwerk.simulation.schedule.Order.Sharing;
import org.stellwerk.simulation.schedule.Order.Submit;
import org.stellwerk.simulation.schedule.Order.Via;
import org.stellwerk.simulation.schedule.Schedule;

/**
 * What must become of a healed cluster, each step within the bound: one leader with one set of
 * endpoints knows all live TaskManagers; jobs that still run can be cancelled; every acknowledged
 * job has a result, nothing of it is left in stores, uploaded files, slots or task runners; and a
 * job that needs every slot finishes.
 */
final class Recovery {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LAST_JOB = Duration.ofSeconds(20);
  private static final int LAST_JOBS = 1_000_000;

  private final SimWorld world;
  private final SimScheduler scheduler;
  private final Schedule schedule;
  private final RunClient client;
  private final ClusterChecks checks;
  private final Duration bound;
  private int lastJobs;

  Recovery(SimWorld world, Schedule schedule, RunClient client, ClusterChecks checks) {
    this.world = world;
    this.checks = checks;
    this.scheduler = world.scheduler();
    this.schedule = schedule;
    this.client = client;
    this.bound = StabilisationBound.of(schedule);
  }

  void check() {
    await("the core is up", this::notUp);
    awaitInUse("everybody agrees", checks.liveness()::problems);
    awaitInUse("one leader knows all slots", this::unknown);
    awaitInUse("all jobs are over", this::leftovers);
    awaitInUse("a job finishes on all slots", this::lastJob);
    awaitInUse("that job is over", this::leftovers);
  }

  /** All TaskManagers are in use; an order that takes one out may have been held up until now. */
  private void awaitInUse(String what, Supplier<List<String>> look) {
    await(
        what,
        () -> {
          List<String> unused = notInUse();
          return unused.isEmpty() ? look.get() : unused;
        });
  }

  /** Runs the world until there are no problems any more. */
  private void await(String what, Supplier<List<String>> look) {
    long end = scheduler.nowNanos() + bound.toNanos();
    List<String> problems = look.get();
    while (!problems.isEmpty()) {
      if (scheduler.nowNanos() > end) {
        throw new InvariantViolation(
            "liveness",
            "Not within %s: %s, but %s".formatted(bound, what, String.join(", ", problems)));
      }
      scheduler.runFor(POLL);
      problems = look.get();
    }
  }

  /** Processes outside of the core may be dead, but nothing may be on its way there. */
  private List<String> notUp() {
    List<String> core = schedule.heal().core();
    return schedule.shape().names().stream()
        .filter(name -> !world.isUp(name))
        .filter(name -> world.node(name).isAlive() || core.contains(name))
        .map(name -> name + " is not")
        .toList();
  }

  /** Who was cordoned or drained is opened, as often as it takes. */
  private List<String> notInUse() {
    List<String> problems = new ArrayList<>();
    for (TaskExecutor taskExecutor : world.endpoints(TaskExecutor.class)) {
      Availability availability = taskExecutor.snapshot().availability();
      if (!availability.isOpen()) {
        String name = taskExecutor.getResourceId().value();
        problems.add(name + " is " + availability.mode());
        client.setAvailability(name, Availability.Mode.OPEN);
      }
    }
    return problems;
  }

  private List<String> liveTaskManagers() {
    return world.taskManagers().stream().filter(name -> world.node(name).isAlive()).toList();
  }

  /** A process that has ended by itself may still be started again by its supervisor. */
  private int slots() {
    return schedule.shape().slots() * liveTaskManagers().size();
  }

  private SimStores stores() {
    return world.coordination().stores();
  }

  private List<String> unknown() {
    int slots = slots();
    List<String> problems = new ArrayList<>();
    requireOne(Dispatcher.class, problems);
    requireOne(ResourceManager.class, problems);
    if (problems.isEmpty()) {
      int known = overview().map(ClusterOverview::slotsTotal).orElse(0);
      if (known != slots) {
        problems.add("it knows " + known + " of " + slots);
      }
    }
    return problems;
  }

  private void requireOne(Class<?> kind, List<String> problems) {
    int count = world.endpoints(kind).size();
    if (count != 1) {
      problems.add("there are " + count + " " + kind.getSimpleName() + "s");
    }
  }

  private Optional<ClusterOverview> overview() {
    return ask(dispatcher -> dispatcher.requestClusterOverview(RunClient.ASK));
  }

  /** Jobs may still appear: a submission is on its way for as long as stores and calls take. */
  private List<String> leftovers() {
    cancelAll();
    int slots = slots();
    List<String> left = new ArrayList<>();
    if (!client.isAnswered()) {
      left.add("a client's order without answer");
    }
    client.acknowledged().stream()
        .filter(jobId -> stores().result(jobId).isEmpty())
        .forEach(jobId -> left.add(jobId + " without result"));
    stores().jobs().forEach(graph -> left.add("stored job " + graph.jobId()));
    stores().dirtyResults().forEach(result -> left.add("dirty result of " + result.jobId()));
    client.jarsLeft().forEach(jar -> left.add("jar " + jar));
    for (JobMaster jobMaster : world.endpoints(JobMaster.class)) {
      left.add("JobMaster of " + jobMaster.getJobId());
    }
    for (String name : liveTaskManagers()) {
      SimTaskRunner runner = world.taskRunner(name);
      runner.running().forEach(attempt -> left.add(attempt + " on " + name));
      runner.unreleasedJobs().forEach(jobId -> left.add(jobId + " on " + name));
    }
    int free = overview().map(ClusterOverview::slotsAvailable).orElse(0);
    if (free != slots) {
      left.add("only " + free + " of " + slots + " slots are free");
    }
    return left;
  }

  /** A cluster that is not well yet need not answer. */
  private <T> Optional<T> ask(Function<DispatcherGateway, CompletableFuture<T>> call) {
    Optional<LeaderInformation> leader = world.coordination().publishedLeader();
    if (leader.isEmpty()) {
      return Optional.empty();
    }
    SimNode node = world.client();
    CompletableFuture<T> answer =
        node.rpc()
            .connect(
                leader.get().dispatcherAddress(),
                new DispatcherId(leader.get().sessionId()),
                DispatcherGateway.class)
            .thenCompose(call);
    scheduler.runUntil(answer::isDone);
    return answer.isCompletedExceptionally() ? Optional.empty() : Optional.of(answer.join());
  }

  private void cancelAll() {
    for (JobDetails job :
        ask(dispatcher -> dispatcher.requestMultipleJobDetails(RunClient.ASK)).orElse(List.of())) {
      if (!job.status().isGloballyTerminal()) {
        ask(dispatcher -> dispatcher.cancelJob(job.jobId(), RunClient.ASK));
      }
    }
  }

  /** Each attempt is a job of its own; what is left of an earlier one does not keep it. */
  private List<String> lastJob() {
    if (liveTaskManagers().isEmpty()) {
      return List.of("no TaskManager is up");
    }
    cancelAll();
    int job = LAST_JOBS + ++lastJobs;
    Submit order =
        new Submit(
            job,
            new JobShape(1, slots(), Sharing.ONE_GROUP),
            JobTasks.finishing(POLL),
            JobSettings.USUAL,
            Via.LEADER);
    Optional<JobStatus> end =
        ask(dispatcher -> dispatcher.submitJob(RunClient.graph(order), RunClient.ASK))
            .flatMap(
                acknowledged ->
                    ask(dispatcher -> dispatcher.requestJobResult(RunClient.jobId(job), LAST_JOB)))
            .map(JobResult::status);
    return end.equals(Optional.of(JobStatus.FINISHED)) ? List.of() : List.of("it is " + end);
  }
}
