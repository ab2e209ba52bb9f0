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
 * @param run how long user code runs after it was set up
 * @param end what happens then
 * @param ignoresCancel how long user code goes on after a cancellation
 */
public record SimTaskPlan(Duration run, End end, Duration ignoresCancel) {

  private static final String RUN = "sim.run";
  private static final String END = "sim.end";
  private static final String IGNORES_CANCEL = "sim.ignores-cancel";

  /** How user code ends by itself. */
  public enum End {
    /** It returns. */
    FINISHES,
    /** It throws. */
    FAILS,
    /** It does not. */
    NEVER
  }

  /** Runs for a time and finishes. */
  public static SimTaskPlan finishesAfter(Duration run) {
    return new SimTaskPlan(run, End.FINISHES, Duration.ZERO);
  }

  /** Runs for a time and fails. */
  public static SimTaskPlan failsAfter(Duration run) {
    return new SimTaskPlan(run, End.FAILS, Duration.ZERO);
  }

  /** Runs until it is cancelled. */
  public static SimTaskPlan runsForEver() {
    return new SimTaskPlan(Duration.ZERO, End.NEVER, Duration.ZERO);
  }

  /** The same, but slow to react to a cancellation. */
  public SimTaskPlan ignoringCancelFor(Duration duration) {
    return new SimTaskPlan(run, end, duration);
  }

  /** A vertex whose subtasks do this. */
  public JobVertex vertex(UUID id, String name, int parallelism) {
    Map<String, String> configuration = new LinkedHashMap<>();
    configuration.put(RUN, run.toString());
    configuration.put(END, end.name());
    configuration.put(IGNORES_CANCEL, ignoresCancel.toString());
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
            Duration.parse(configuration.get(RUN)),
            End.valueOf(end),
            Duration.parse(configuration.get(IGNORES_CANCEL))));
  }
}
