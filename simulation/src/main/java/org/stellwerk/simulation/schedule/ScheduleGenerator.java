package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimRandom;
import org.stellwerk.runtime.dispatcher.DispatcherConfig;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.Availability.Mode;
import org.stellwerk.simulation.SimTaskPlan.End;
import org.stellwerk.simulation.SimTaskPlan.Reaction;
import org.stellwerk.simulation.schedule.JobSettings.Restarts;
import org.stellwerk.simulation.schedule.Order.Cancel;
import org.stellwerk.simulation.schedule.Order.Rescale;
import org.stellwerk.simulation.schedule.Order.SetAvailability;
import org.stellwerk.simulation.schedule.Order.Sharing;
import org.stellwerk.simulation.schedule.Order.Status;
import org.stellwerk.simulation.schedule.Order.Submit;
import org.stellwerk.simulation.schedule.Order.SubmitAgain;
import org.stellwerk.simulation.schedule.Order.SubmitStaged;
import org.stellwerk.simulation.schedule.Order.Via;
import org.stellwerk.simulation.schedule.ProcessFault.Freeze;
import org.stellwerk.simulation.schedule.ProcessFault.Stop;

/**
 * Draws the schedule of a seed. Each has a cluster, settings and a workload of its own, and a
 * random subset of the kinds of faults: runs with few kinds get further into each than runs with
 * all. A fifth has no faults at all, which finds plain bugs and checks that are too strict.
 */
public final class ScheduleGenerator {

  private static final double WITHOUT_FAULTS = 0.2;
  private static final double ONE_GROUP = 0.6;
  private static final double KIND_ENABLED = 0.4;
  private static final double OPERATOR_AT_WORK = 0.4;
  private static final double SOON_AFTER_ANOTHER = 0.4;
  private static final double AIMED = 0.3;
  private static final double OPERATOR_AIMED = 0.6;
  private static final Duration SOON = Duration.ofMillis(40);
  private static final Duration SHORTEST = Duration.ofSeconds(4);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration LONGEST_TASK = Duration.ofSeconds(10);
  private static final double STAGED = 0.3;
  private static final Duration LONGEST_STAGE = Duration.ofSeconds(6);
  private static final Duration LONGEST_SET_UP = Duration.ofSeconds(4);
  private static final Duration LONGEST_CANCELLATION = Duration.ofSeconds(5);
  private static final double LATE_DELETION = 0.04;
  private static final Duration SHORT_RUN = Duration.ofSeconds(1);

  private final long seed;
  private final Draw faults;
  private final Draw workload;
  private final Draw times;
  private final Draw operator;
  private final Draw files;
  private final Draw aims;
  private final ClusterShape shape;
  private final Map<String, String> knobs;
  private final Duration end;
  private final Duration last;
  private final List<Step> steps = new ArrayList<>();
  private int jobs;

  private ScheduleGenerator(long seed) {
    SimRandom random = new SimRandom(seed);
    this.seed = seed;
    this.faults = new Draw(random.fork("faults"));
    this.workload = new Draw(random.fork("workload"));
    this.times = new Draw(random.fork("times"));
    this.operator = new Draw(random.fork("operator"));
    this.files = new Draw(random.fork("files"));
    this.aims = new Draw(random.fork("aims"));
    Draw cluster = new Draw(random.fork("cluster"));
    this.shape =
        new ClusterShape(cluster.between(1, 3), cluster.between(1, 4), cluster.between(1, 3));
    this.knobs = Knob.draw(new Draw(random.fork("knobs")));
    this.end = times.between(SHORTEST, LONGEST);
    this.last = end.minusMillis(1);
  }

  /** The schedule of the seed. */
  public static Schedule generate(long seed) {
    return new ScheduleGenerator(seed).generate();
  }

  private Schedule generate() {
    boolean calm = faults.chance(WITHOUT_FAULTS);
    boolean faultPoints = faults.chance(0.5) && !calm;
    int orders = workload.between(1, 8);
    for (int i = 0; i < orders; i++) {
      add(order());
    }
    if (operator.chance(OPERATOR_AT_WORK)) {
      addOperator();
    }
    if (!calm) {
      addFaults();
      if (files.chance(LATE_DELETION)) {
        addLateDeletion();
      }
    }
    return new Schedule(seed, shape, knobs, faultPoints, steps, new Heal(end, core()));
  }

  private void addFaults() {
    FaultTarget target = FaultTarget.of(shape, Configuration.fromMap(knobs));
    List<FaultKind> kinds =
        FaultKind.ALL.stream().filter(kind -> faults.chance(KIND_ENABLED)).toList();
    if (kinds.isEmpty()) {
      return;
    }
    int count = faults.between(1, 10);
    for (int i = 0; i < count; i++) {
      add(faults.pick(kinds).draw(faults, target));
    }
  }

  /** TaskManagers are cordoned and drained, opened again, or stopped once they are drained. */
  private void addOperator() {
    int count = operator.between(1, 4);
    for (int i = 0; i < count; i++) {
      String taskManager = operator.pick(shape.taskManagerNames());
      Mode mode = operator.pick(List.of(Mode.DRAINING, Mode.DRAINING, Mode.CORDONED, Mode.OPEN));
      add(new SetAvailability(taskManager, mode));
      if (mode == Mode.DRAINING && operator.chance(0.3)) {
        add(new Stop(taskManager, operator.outage()));
      }
    }
  }

  /**
   * A JobManager stands still while it would delete the files of a job that is over. If it led, it
   * wakes as a deposed one, and does not know it yet.
   */
  private void addLateDeletion() {
    Duration kept = DispatcherConfig.from(Configuration.fromMap(knobs)).jarRetention();
    Duration submitted = files.between(Duration.ZERO, end.dividedBy(3));
    Duration frozen = submitted.plus(SHORT_RUN).plus(files.between(SHORT_RUN, kept));
    if (frozen.compareTo(last) <= 0) {
      jobs++;
      JobShape shapeOfJob = new JobShape(1, 1, Sharing.ONE_GROUP);
      JobSettings withFile = new JobSettings(Restarts.USUAL, 1);
      steps.add(
          new Step(
              submitted,
              new Submit(jobs, shapeOfJob, JobTasks.finishing(SHORT_RUN), withFile, Via.LEADER)));
      steps.add(new Step(frozen, new Freeze(files.pick(shape.jobManagerNames()), kept)));
    }
  }

  /** Anywhere, or right after something else: races need things that happen together. */
  private void add(Action action) {
    Duration at =
        !steps.isEmpty() && times.chance(SOON_AFTER_ANOTHER)
            ? times.pick(steps).at().plus(times.between(Duration.ZERO, SOON))
            : times.between(Duration.ZERO, last);
    steps.add(new Step(at.compareTo(last) > 0 ? last : at, aim(action), action));
  }

  /**
   * What the action waits for, if anything. New jobs do not wait: they cause what others wait for.
   * An order about a TaskManager is mostly without consequence if no tasks are on their way there.
   */
  private @Nullable Moment aim(Action action) {
    if (action instanceof Submit || action instanceof SubmitStaged) {
      return null;
    }
    double chance = action instanceof SetAvailability ? OPERATOR_AIMED : AIMED;
    return aims.chance(chance) ? aims.pick(List.of(Moment.values())) : null;
  }

  private Order order() {
    int job = workload.between(1, Math.max(1, jobs));
    Via via =
        workload.chance(0.1) ? Via.WRONG_TOKEN : workload.chance(0.7) ? Via.LEADER : Via.KNOWN;
    return switch (jobs == 0 ? 0 : workload.between(0, 10)) {
      case 5, 6 -> new Cancel(job, via);
      case 7 -> new SubmitAgain(job, via);
      case 8, 9 -> new Status(job, via);
      case 10 -> rescale(job, via);
      default -> workload.chance(STAGED) ? submitStaged(via) : submit(via);
    };
  }

  private SubmitStaged submitStaged(Via via) {
    jobs++;
    return new SubmitStaged(
        jobs,
        workload.between(2, 3),
        workload.between(1, 1 + shape.taskManagers() * shape.slots()),
        workload.pick(List.of(ShipStrategy.HASH, ShipStrategy.BROADCAST, ShipStrategy.FORWARD)),
        tasks(LONGEST_STAGE),
        via);
  }

  private Rescale rescale(int job, Via via) {
    int upper = workload.between(1, 1 + shape.taskManagers() * shape.slots());
    int lower = workload.chance(0.7) ? 1 : workload.between(1, upper);
    return new Rescale(job, lower, upper - lower, via);
  }

  private Submit submit(Via via) {
    jobs++;
    Sharing sharing =
        workload.chance(ONE_GROUP)
            ? Sharing.ONE_GROUP
            : workload.pick(List.of(Sharing.GROUPS, Sharing.CO_LOCATED));
    int vertices = workload.between(1, sharing == Sharing.ONE_GROUP ? 2 : 3);
    int groups = sharing == Sharing.GROUPS ? vertices : 1;
    JobShape graph =
        new JobShape(
            vertices,
            workload.between(1, 1 + shape.taskManagers() * shape.slots() / groups),
            sharing);
    return new Submit(jobs, graph, tasks(LONGEST_TASK.dividedBy(groups)), settings(), via);
  }

  private JobTasks tasks(Duration longest) {
    return new JobTasks(
        workload.pick(List.of(End.FINISHES, End.FINISHES, End.FAILS, End.NEVER)),
        workload.between(Duration.ZERO, longest),
        sometimes(LONGEST_CANCELLATION),
        workload.chance(0.6) ? Reaction.STOPS : workload.pick(List.of(Reaction.values())),
        workload.chance(0.7) ? Duration.ZERO : sometimes(LONGEST_SET_UP));
  }

  private Duration sometimes(Duration longest) {
    return workload.chance(0.5) ? Duration.ZERO : workload.between(Duration.ZERO, longest);
  }

  private JobSettings settings() {
    return new JobSettings(
        workload.chance(0.5) ? Restarts.USUAL : workload.pick(List.of(Restarts.values())),
        workload.chance(0.5) ? 0 : workload.between(1, JobSettings.MAX_JARS));
  }

  private List<String> core() {
    List<String> core = new ArrayList<>(some(shape.jobManagerNames()));
    core.addAll(some(shape.taskManagerNames()));
    return core;
  }

  private List<String> some(List<String> names) {
    return faults.chance(0.5) ? names : faults.some(names);
  }
}
