package org.stellwerk.simulation.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.stellwerk.rpc.simulation.SimEvent;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.simulation.SimWorld;
import org.stellwerk.simulation.check.ClusterChecks;
import org.stellwerk.simulation.schedule.Action;
import org.stellwerk.simulation.schedule.ClusterShape;
import org.stellwerk.simulation.schedule.Fault;
import org.stellwerk.simulation.schedule.Order;
import org.stellwerk.simulation.schedule.Schedule;
import org.stellwerk.simulation.schedule.Step;

/**
 * One run of a schedule, to its end or to the first violation. The cluster boots while the faults
 * of the schedule happen; then they end, the core of the schedule lives again, and within a bound
 * that follows from the configuration everything must be well: {@link Recovery}. Last, the
 * processes are stopped.
 *
 * <p>The same schedule always gives the same run. Runs share nothing, so that each thread may have
 * one.
 */
public final class ClusterRun {

  private static final Duration STOP = Duration.ofSeconds(30);

  /** After which a process is started again that has ended because of a fault of its own. */
  static final Duration SUPERVISOR_PAUSE = Duration.ofSeconds(1);

  private final Schedule schedule;
  private final SimWorld world;
  private final SimScheduler scheduler;
  private final ClusterChecks checks;
  private final RunClient client;
  private final Coverage coverage = new Coverage();
  private final CoverageObserver observer;
  private final AimedSteps aimed;
  private final List<SimEvent> pending = new ArrayList<>();

  /** A run that has not begun. */
  public ClusterRun(Schedule schedule) {
    this.schedule = schedule;
    this.world = new SimWorld(schedule.seed(), schedule.configuration());
    this.scheduler = world.scheduler();
    this.checks = ClusterChecks.attach(world);
    this.client = new RunClient(world, checks.history());
    this.observer = CoverageObserver.attach(world, coverage);
    this.aimed = AimedSteps.attach(scheduler, this::begin);
  }

  /** The world, for observers. */
  public SimWorld world() {
    return world;
  }

  /** Runs it; to be called once. A violation is part of the result. */
  public RunResult run() {
    Optional<Failure> failure = Optional.empty();
    try {
      boot();
      chaos();
      heal();
      new Recovery(world, schedule, client, checks).check();
      checks.history().check();
      shutDown();
    } catch (AssertionError | RuntimeException e) {
      failure = Optional.of(Failure.of(e));
    }
    observer.countEnds(world);
    return new RunResult(
        schedule,
        failure,
        scheduler.trace().hash(),
        scheduler.trace().count(),
        Duration.ofNanos(scheduler.nowNanos()),
        coverage);
  }

  private void boot() {
    if (schedule.faultPoints()) {
      world.enableFaultPoints();
    }
    world.ends().supervise(SUPERVISOR_PAUSE);
    ClusterShape shape = schedule.shape();
    shape.jobManagerNames().forEach(world::startJobManager);
    shape.taskManagerNames().forEach(name -> world.startTaskManager(name, shape.slots()));
  }

  private void chaos() {
    for (Step step : schedule.steps()) {
      scheduler.at(step.at(), "schedule " + step.action(), () -> due(step));
    }
    scheduler.runFor(schedule.heal().at());
  }

  private void due(Step step) {
    if (step.upon() == null) {
      begin(step);
    } else {
      aimed.add(step);
    }
  }

  private void begin(Step step) {
    Action action = step.action();
    observer.countStep(step);
    if (action instanceof Order order) {
      order.give(client);
    } else if (action instanceof Fault fault) {
      fault.begin(world);
      if (!fault.lasting().isZero()) {
        pending.add(
            scheduler.at(fault.lasting(), "schedule end of " + fault, () -> fault.end(world)));
      }
    }
  }

  private void heal() {
    aimed.end();
    pending.forEach(SimEvent::cancel);
    world.faults().heal();
    schedule.heal().core().forEach(world.faults()::restart);
  }

  /** One that is about to end because of a fault just vanishes, and is not looked at. */
  private void shutDown() {
    world.ends().endSupervision();
    List<String> names =
        schedule.shape().names().stream()
            .filter(name -> world.node(name).isAlive())
            .filter(name -> !world.ends().isEnding(world.node(name)))
            .toList();
    names.forEach(world.faults()::stop);
    scheduler.runUntil(() -> names.stream().noneMatch(name -> world.node(name).isAlive()), STOP);
    checks.checkLeaks(names);
  }
}
