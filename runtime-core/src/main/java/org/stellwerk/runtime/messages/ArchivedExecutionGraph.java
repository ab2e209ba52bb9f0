package org.stellwerk.runtime.messages;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.SlotSharing;

/**
 * A job as it was at one moment: for REST, for the list of ended jobs. Times are wall-clock, in
 * milliseconds since the epoch.
 *
 * @param stateTimestamps when each state was last entered; absent if never
 * @param failure why the job fails or failed
 * @param exceptionHistory what went wrong, oldest first; bounded
 * @param numberOfRestarts how often tasks were started again in this leader session
 * @param configuration the job's own
 */
public record ArchivedExecutionGraph(
    JobID jobId,
    String jobName,
    JobStatus state,
    Map<JobStatus, Long> stateTimestamps,
    List<Vertex> vertices,
    List<JobEdge> edges,
    @Nullable ErrorInfo failure,
    List<ExceptionHistoryEntry> exceptionHistory,
    long numberOfRestarts,
    Map<String, String> configuration) {

  public ArchivedExecutionGraph {
    Map<JobStatus, Long> times = new EnumMap<>(JobStatus.class);
    times.putAll(stateTimestamps);
    stateTimestamps = Collections.unmodifiableMap(times);
    vertices = List.copyOf(vertices);
    edges = List.copyOf(edges);
    exceptionHistory = List.copyOf(exceptionHistory);
    configuration = Collections.unmodifiableMap(new TreeMap<>(configuration));
  }

  /** A failure and when it happened. */
  public record ErrorInfo(SerializedThrowable exception, long timestamp) {}

  /**
   * One vertex, producers before consumers.
   *
   * @param slotSharingGroup the default one if it was written down before there were others
   */
  public record Vertex(
      JobVertexID id,
      String name,
      int parallelism,
      String slotSharingGroup,
      List<Subtask> subtasks) {

    public Vertex {
      slotSharingGroup = Objects.requireNonNullElse(slotSharingGroup, SlotSharing.DEFAULT_GROUP);
      subtasks = List.copyOf(subtasks);
    }
  }

  /**
   * The current attempt of one subtask.
   *
   * @param location where it is or was deployed; null if it never was
   */
  public record Subtask(
      ExecutionAttemptID attemptId,
      ExecutionState state,
      Map<ExecutionState, Long> stateTimestamps,
      @Nullable TaskManagerLocation location,
      IOMetrics metrics,
      @Nullable ErrorInfo failure) {

    public Subtask {
      Map<ExecutionState, Long> times = new EnumMap<>(ExecutionState.class);
      times.putAll(stateTimestamps);
      stateTimestamps = Collections.unmodifiableMap(times);
    }
  }

  /** When the job was started: when it became INITIALIZING. */
  public long startTime() {
    return stateTimestamps.getOrDefault(
        JobStatus.INITIALIZING, stateTimestamps.getOrDefault(JobStatus.CREATED, 0L));
  }

  /** When the job ended; -1 if it has not. */
  public long endTime() {
    return state.isGloballyTerminal() ? stateTimestamps.getOrDefault(state, -1L) : -1L;
  }

  /** One line of the list of jobs. */
  public JobDetails toDetails() {
    Map<ExecutionState, Integer> perState = new EnumMap<>(ExecutionState.class);
    for (Vertex vertex : vertices) {
      for (Subtask subtask : vertex.subtasks()) {
        perState.merge(subtask.state(), 1, Integer::sum);
      }
    }
    long lastUpdate =
        stateTimestamps.values().stream().mapToLong(Long::longValue).max().orElse(startTime());
    return new JobDetails(jobId, jobName, state, startTime(), endTime(), lastUpdate, perState);
  }

  /** How the job ended; only for a globally terminal state. */
  public JobResult toResult() {
    return new JobResult(
        jobId,
        jobName,
        state,
        Math.max(0, endTime() - startTime()),
        failure == null ? null : failure.exception());
  }
}
