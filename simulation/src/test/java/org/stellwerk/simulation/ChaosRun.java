package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.ConfigOption;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimRandom;
import org.stellwerk.runtime.dispatcher.Dispatcher;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.ClusterOptions;
import org.stellwerk.runtime.options.HeartbeatOptions;
import org.stellwerk.runtime.options.SlotOptions;
import org.stellwerk.runtime.options.TaskManagerOptions;
import org.stellwerk.runtime.resourcemanager.ResourceManager;
import org.stellwerk.simulation.check.ClusterChecks;

/**
 * Two JobManagers and two TaskManagers under random faults; then everything is repaired, and the
 * cluster must come to rest with all acknowledged jobs accounted for and all slots free.
 */
final class ChaosRun {

  private static final Duration ASK = Duration.ofSeconds(10);

  private final SimWorld world;
  private final ClusterChecks checks;
  private final SimRandom faults;
  private final List<String> log = new ArrayList<>();
  private final Set<JobID> acknowledged = new LinkedHashSet<>();
  private @Nullable DispatcherGateway lastDispatcher;
  private final List<JobGraph> submitted = new ArrayList<>();
  private int jobs;

  ChaosRun(long seed) {
    Knobs knobs = new Knobs(new SimRandom(seed).fork("knobs"));
    world = new SimWorld(seed, knobs.configuration());
    checks = ClusterChecks.attach(world);
    faults = world.scheduler().random().fork("faults");
    note("knobs " + knobs.configuration().toMap());
    if (faults.chance(0.5)) {
      note("fault points");
      world.enableFaultPoints();
    }
    if (faults.chance(0.3)) {
      note("slow stores");
      world.faults().slowStores(0.2, Duration.ofSeconds(3));
    }
  }

  /** Settings of this run: small ones, the defaults, or large ones. */
  private static final class Knobs {

    private final SimRandom random;
    private Configuration configuration = Configuration.empty();

    Knobs(SimRandom random) {
      this.random = random;
      if (random.chance(0.5)) {
        return;
      }
      if (random.chance(0.5)) {
        configuration =
            configuration
                .with(HeartbeatOptions.INTERVAL, Duration.ofMillis(300))
                .with(HeartbeatOptions.TIMEOUT, Duration.ofSeconds(3));
      }
      choose(TaskManagerOptions.SLOT_TIMEOUT, 2_000, 30_000);
      choose(RpcOptions.ASK_TIMEOUT, 2_000, 20_000);
      choose(SlotOptions.REQUEST_TIMEOUT, 8_000, 30_000);
      choose(SlotOptions.RM_START_UP_TIME, 1_000, 60_000);
      choose(ClusterOptions.MAX_REGISTRATION_TIMEOUT, 1_000, 15_000);
      choose(ClusterOptions.REFUSED_REGISTRATION_DELAY, 500, 10_000);
    }

    private void choose(ConfigOption<Duration> option, long smallMs, long largeMs) {
      if (random.chance(0.5)) {
        configuration =
            configuration.with(option, Duration.ofMillis(random.chance(0.5) ? smallMs : largeMs));
      }
    }

    Configuration configuration() {
      return configuration;
    }
  }

  void run() {
    try {
      chaos();
      repair();
      rest();
    } catch (Throwable t) {
      throw new AssertionError(
          "Seed "
              + world.scheduler().seed()
              + " (-Dsim.seed=… -Dsim.seeds=1), after:\n  "
              + String.join("\n  ", log),
          t);
    }
  }

  private void chaos() {
    world.startJobManager("jm-1");
    world.startJobManager("jm-2");
    world.startTaskManager("tm-1", 2);
    world.startTaskManager("tm-2", 2);
    for (int i = 0; i < 20; i++) {
      world.scheduler().runFor(Duration.ofMillis(200 + faults.nextLong(5_000)));
      act();
    }
  }

  private void act() {
    String victim = pick("jm-1", "jm-2", "tm-1", "tm-2");
    Duration duration = Duration.ofMillis(faults.nextLong(faults.chance(0.5) ? 2_000 : 25_000));
    switch ((int) faults.nextLong(11)) {
      case 0 -> {
        note("crash " + victim + " for " + duration.toMillis());
        world.node(victim).crash();
        world.scheduler().at(duration, "restart " + victim, () -> restart(victim));
      }
      case 1 -> {
        note("freeze " + victim + " for " + duration.toMillis());
        world.node(victim).freeze(duration);
      }
      case 2 -> {
        note("isolate " + victim + " for " + duration.toMillis());
        world.network().isolate(victim);
        world.scheduler().at(duration, "heal", world.network()::heal);
      }
      case 3 -> {
        note("expire the session of " + victim);
        world.coordination().expireSessionOf(world.node(victim));
      }
      case 4 -> cancelOne();
      case 5 -> {
        String side = faults.chance(0.5) ? "to" : faults.chance(0.5) ? "from" : "to and from";
        note("cut " + victim + " " + side + " zk for " + duration.toMillis());
        cutFromCoordination(victim, side);
        world.scheduler().at(duration, "heal", world.network()::heal);
      }
      case 6 -> submitAgain();
      default -> submit();
    }
  }

  private void cutFromCoordination(String victim, String side) {
    if (!side.equals("from")) {
      world.network().setOneWay(victim, SimCoordination.NODE_NAME, Status.BLACKHOLE);
    }
    if (!side.equals("to")) {
      world.network().setOneWay(SimCoordination.NODE_NAME, victim, Status.BLACKHOLE);
    }
  }

  private void note(String what) {
    log.add("%.3f s %s".formatted(world.scheduler().nowNanos() / 1e9, what));
  }

  private String pick(String... choices) {
    return choices[(int) faults.nextLong(choices.length)];
  }

  private void restart(String name) {
    SimNode node = world.node(name);
    if (!node.isAlive()) {
      if (name.startsWith("jm")) {
        world.startJobManager(name);
      } else {
        world.startTaskManager(name, 2);
      }
    }
  }

  private void submit() {
    SimTaskPlan plan =
        switch ((int) faults.nextLong(4)) {
          case 0 -> SimTaskPlan.failsAfter(Duration.ofMillis(faults.nextLong(10_000)));
          case 1 ->
              SimTaskPlan.runsForEver()
                  .ignoringCancelFor(Duration.ofMillis(faults.nextLong(8_000)));
          default -> SimTaskPlan.finishesAfter(Duration.ofMillis(faults.nextLong(10_000)));
        };
    JobGraph graph = job(plan, 1 + (int) faults.nextLong(4));
    note("submit " + graph.jobId() + " " + plan + " p=" + graph.maxParallelism());
    submitted.add(graph);
    submit(graph);
  }

  /** What a client does that does not know what became of its submission. */
  private void submitAgain() {
    if (!submitted.isEmpty()) {
      JobGraph graph = submitted.get((int) faults.nextLong(submitted.size()));
      note("submit again " + graph.jobId());
      submit(graph);
    }
  }

  private void submit(JobGraph graph) {
    withDispatcher(
        dispatcher -> {
          var answer = dispatcher.submitJob(graph, ASK);
          checks.history().submit(graph.jobId(), sessionOf(dispatcher), answer);
          answer.thenAccept(ack -> acknowledged.add(graph.jobId()));
        });
  }

  private JobGraph job(SimTaskPlan plan, int parallelism) {
    jobs++;
    return new JobGraph(
        new JobID(new UUID(1, jobs)),
        "job-" + jobs,
        List.of(plan.vertex(new UUID(2, jobs), "work", parallelism)),
        List.of(),
        Map.of(),
        List.of());
  }

  private void cancelOne() {
    if (jobs > 0) {
      JobID id = new JobID(new UUID(1, 1 + faults.nextLong(jobs)));
      note("cancel " + id);
      withDispatcher(
          dispatcher -> {
            checks.history().cancel(id, sessionOf(dispatcher), dispatcher.cancelJob(id, ASK));
            askStatus(id);
          });
    }
  }

  private void askStatus(JobID id) {
    withDispatcher(
        dispatcher ->
            checks
                .history()
                .status(id, sessionOf(dispatcher), dispatcher.requestJobStatus(id, ASK)));
  }

  private static UUID sessionOf(DispatcherGateway dispatcher) {
    return dispatcher.getFencingToken().value();
  }

  /** Asks the current leader, or whoever was it when the client last looked. */
  private void withDispatcher(Consumer<DispatcherGateway> action) {
    DispatcherGateway known = lastDispatcher;
    if (known != null && faults.chance(0.5)) {
      action.accept(known);
      return;
    }
    world
        .coordination()
        .publishedLeader()
        .ifPresent(
            leader ->
                world
                    .client()
                    .rpc()
                    .connect(
                        leader.dispatcherAddress(),
                        new DispatcherId(leader.sessionId()),
                        DispatcherGateway.class)
                    .thenAccept(
                        dispatcher -> {
                          lastDispatcher = dispatcher;
                          action.accept(dispatcher);
                        }));
  }

  private void repair() {
    note("repair");
    world.faults().slowStores(0, Duration.ZERO);
    world.network().heal();
    List.of("jm-1", "jm-2", "tm-1", "tm-2").forEach(this::restart);
    world.scheduler().runFor(Duration.ofMinutes(2));
  }

  private void rest() {
    for (JobDetails job : world.await(world.dispatcher().requestMultipleJobDetails(ASK))) {
      if (!job.status().isGloballyTerminal()) {
        note("cancel " + job.jobId() + " which is " + job.status());
        world.await(world.dispatcher().cancelJob(job.jobId(), ASK));
      }
    }
    world.awaitFreeSlots(4, Duration.ofMinutes(1));
    world
        .scheduler()
        .runUntil(
            () ->
                world.coordination().stores().jobs().isEmpty()
                    && world.coordination().stores().dirtyResults().isEmpty(),
            Duration.ofMinutes(1));
    for (JobID id : acknowledged) {
      assertThat(world.coordination().stores().result(id)).describedAs("job " + id).isPresent();
    }
    assertThat(world.taskRunner("tm-1").running()).isEmpty();
    assertThat(world.taskRunner("tm-2").running()).isEmpty();
    JobGraph last = job(SimTaskPlan.finishesAfter(Duration.ofSeconds(1)), 4);
    note("last job");
    world.await(world.dispatcher().submitJob(last, ASK));
    assertThat(
            world
                .await(world.dispatcher().requestJobResult(last.jobId(), Duration.ofMinutes(2)))
                .status())
        .isEqualTo(JobStatus.FINISHED);
    world.scheduler().runFor(Duration.ofSeconds(30));
    assertThat(world.endpoints(JobMaster.class)).isEmpty();
    assertThat(world.endpoints(Dispatcher.class)).hasSize(1);
    assertThat(world.endpoints(ResourceManager.class)).hasSize(1);
    assertThat(world.taskRunner("tm-1").unreleasedJobs()).isEmpty();
    assertThat(world.taskRunner("tm-2").unreleasedJobs()).isEmpty();
  }

  /** A hash of everything that happened. */
  long traceHash() {
    return world.scheduler().trace().hash();
  }
}
