package org.stellwerk.simulation;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobVertex;

/**
 * What the subtasks of a vertex do in the simulated world; travels in the vertex's configuration.
 *
 * @param setUp how long it takes until user code runs
 * @param run how long user code runs
 * @param end what happens then
 * @param ignoresCancel how long user code goes on after a cancellation
 * @param whenCancelled what happens then
 */
public record SimTaskPlan(
    Duration setUp, Duration run, End end, Duration ignoresCancel, Reaction whenCancelled) {

  private static final String SET_UP = "sim.set-up";
  private static final String RUN = "sim.run";
  private static final String END = "sim.end";
  private static final String IGNORES_CANCEL = "sim.ignores-cancel";
  private static final String WHEN_CANCELLED = "sim.when-cancelled";

  /** How user code ends by itself. */
  public enum End {
    /** It returns. */
    FINISHES,
    /** It throws. */
    FAILS,
    /** It does not. */
    NEVER
  }

  /** How user code takes a cancellation. */
  public enum Reaction {
    /** It returns because of it. */
    STOPS,
    /** It throws something of its own. */
    FAILS,
    /** It was about to return anyway. */
    FINISHES
  }

  /** Runs for a time and finishes. */
  public static SimTaskPlan finishesAfter(Duration run) {
    return new SimTaskPlan(Duration.ZERO, run, End.FINISHES, Duration.ZERO, Reaction.STOPS);
  }

  /** Runs for a time and fails. */
  public static SimTaskPlan failsAfter(Duration run) {
    return new SimTaskPlan(Duration.ZERO, run, End.FAILS, Duration.ZERO, Reaction.STOPS);
  }

  /** Runs until it is cancelled. */
  public static SimTaskPlan runsForEver() {
    return new SimTaskPlan(Duration.ZERO, Duration.ZERO, End.NEVER, Duration.ZERO, Reaction.STOPS);
  }

  /** The same, but slow to react to a cancellation. */
  public SimTaskPlan ignoringCancelFor(Duration duration) {
    return new SimTaskPlan(setUp, run, end, duration, whenCancelled);
  }

  /** The same, but with another reaction to a cancellation. */
  public SimTaskPlan whenCancelled(Reaction reaction) {
    return new SimTaskPlan(setUp, run, end, ignoresCancel, reaction);
  }

  /** The same, but slow to begin. */
  public SimTaskPlan setUpFor(Duration duration) {
    return new SimTaskPlan(duration, run, end, ignoresCancel, whenCancelled);
  }

  /** A vertex whose subtasks do this. */
  public JobVertex vertex(UUID id, String name, int parallelism) {
    Map<String, String> configuration = new LinkedHashMap<>();
    configuration.put(RUN, run.toString());
    configuration.put(END, end.name());
    configuration.put(IGNORES_CANCEL, ignoresCancel.toString());
    if (!setUp.isZero()) {
      configuration.put(SET_UP, setUp.toString());
    }
    if (whenCancelled != Reaction.STOPS) {
      configuration.put(WHEN_CANCELLED, whenCancelled.name());
    }
    return new JobVertex(
        new JobVertexID(id), name, parallelism, "sim.Task", configuration, new byte[0]);
  }

  /** What the vertex's subtasks do, if it is one of the simulated world. */
  static Optional<SimTaskPlan> of(JobVertex vertex) {
    Map<String, String> configuration = vertex.configuration();
    String end = configuration.get(END);
    if (end == null) {
      return Optional.empty();
    }
    return Optional.of(
        new SimTaskPlan(
            duration(configuration, SET_UP),
            duration(configuration, RUN),
            End.valueOf(end),
            duration(configuration, IGNORES_CANCEL),
            Reaction.valueOf(configuration.getOrDefault(WHEN_CANCELLED, Reaction.STOPS.name()))));
  }

  private static Duration duration(Map<String, String> configuration, String key) {
    String text = configuration.get(key);
    return text == null ? Duration.ZERO : Duration.parse(text);
  }
}
