package org.stellwerk.simulation.run;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.stellwerk.runtime.cluster.LeaderSessionException;
import org.stellwerk.runtime.runner.FatalTaskException;
import org.stellwerk.runtime.taskexecutor.RegistrationTimeoutException;
import org.stellwerk.simulation.check.DeclaredTransitions;
import org.stellwerk.simulation.schedule.Moment;
import org.stellwerk.simulation.schedule.Vocabulary;

/**
 * What many runs together must have done, lest they prove nothing: every declared transition,
 * faults of every kind, calls that were lost and refused. Exempt is what cannot happen yet, or
 * happens so seldom that a thousand seeds need not show it; each with its reason.
 */
public final class RequiredCoverage {

  /** No feature leads there: a job that is RECONCILING ends all tasks first. */
  private static final List<String> NOT_BUILT =
      List.of(
          "job: RECONCILING -> FAILED",
          "job: RECONCILING -> CANCELED",
          "job: RESTARTING -> CREATED");

  /** The states before are passed within one turn, in which nothing else happens. */
  private static final List<String> WITHIN_ONE_TURN =
      List.of(
          "job: INITIALIZING -> FAILED",
          "job: INITIALIZING -> CANCELLING",
          "job: INITIALIZING -> CANCELED",
          "job: INITIALIZING -> SUSPENDED",
          "job: CREATED -> FAILED",
          "job: CREATED -> CANCELED",
          "adaptive job: CREATED -> CANCELING",
          "adaptive job: CREATED -> FINISHED",
          "job: RESTARTING -> CANCELED",
          "execution: CREATED -> CANCELED",
          "execution: CREATED -> FAILED",
          "task: CREATED -> CANCELED",
          "task: CREATED -> FAILED",
          "task: DEPLOYING -> FAILED",
          "managed slot: ALLOCATED -> ALLOCATED");

  /** Needs two rare things at once, such as a lost report of the state between. */
  private static final List<String> SELDOM =
      List.of(
          "job: RESTARTING -> FAILING",
          "job: RESTARTING -> SUSPENDED",
          "job: FAILING -> CANCELLING",
          "job: FAILING -> SUSPENDED",
          "adaptive job: FAILING -> CANCELING",
          "adaptive job: RECONCILING -> FAILING",
          "adaptive job: EXECUTING -> FAILING",
          "job: CANCELLING -> SUSPENDED",
          "execution: SCHEDULED -> FAILED",
          "execution: DEPLOYING -> RUNNING",
          "execution: DEPLOYING -> FINISHED",
          "execution: DEPLOYING -> CANCELED",
          "execution: INITIALIZING -> FINISHED",
          "execution: INITIALIZING -> CANCELED",
          "execution: INITIALIZING -> FAILED",
          "task: DEPLOYING -> RUNNING",
          "task: DEPLOYING -> FINISHED",
          "task: INITIALIZING -> FINISHED",
          "task: INITIALIZING -> FAILED",
          "task: CANCELING -> FAILED",
          "task slot: ALLOCATED -> RELEASING",
          "task slot: ALLOCATED -> QUARANTINED",
          "managed slot: QUARANTINED -> ALLOCATED");

  /** Faults of a process that end it. */
  private static final List<Class<? extends Throwable>> ENDS =
      List.of(
          RegistrationTimeoutException.class,
          LeaderSessionException.class,
          FatalTaskException.class);

  /** How requests end without their answer. */
  private static final List<String> REQUESTS = List.of("CLOSED", "GIVEN_UP", "BROKEN");

  private RequiredCoverage() {}

  /** The names of all counters that must not be 0. */
  public static Set<String> names() {
    Set<String> names = new LinkedHashSet<>(DeclaredTransitions.all());
    NOT_BUILT.forEach(names::remove);
    WITHIN_ONE_TURN.forEach(names::remove);
    SELDOM.forEach(names::remove);
    names.addAll(
        List.of(
            CoverageObserver.TWO_LEADERS,
            CoverageObserver.DUPLICATE,
            CoverageObserver.FENCED,
            CoverageObserver.NOT_RESCALED,
            RescalingCoverage.GROWN,
            RescalingCoverage.SHRUNK,
            CoverageObserver.LINK,
            CoverageObserver.RENEWED,
            CoverageObserver.MADE_AGAIN,
            CoverageObserver.MISSED,
            CoverageObserver.DRAINED,
            CoverageObserver.BLOB,
            "process CRASHED",
            "process FROZEN",
            "process STOPPED"));
    names.addAll(SlotCoverage.ALL);
    names.addAll(AdoptionCoverage.ALL);
    Vocabulary.names().forEach(step -> names.add(CoverageObserver.STEP + step));
    for (Moment moment : Moment.values()) {
      names.add(CoverageObserver.UPON + moment);
    }
    ENDS.forEach(end -> names.add(CoverageObserver.ENDED + end.getSimpleName()));
    REQUESTS.forEach(outcome -> names.add(CoverageObserver.REQUEST + outcome));
    CoverageObserver.LOSABLE.forEach(call -> names.add(CoverageObserver.LOST + call));
    return names;
  }
}
