package org.stellwerk.runtime.executiongraph;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.ErrorInfo;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;

/** Archived graphs of jobs of which there is no execution graph; they have no vertices. */
public final class ArchivedGraphs {

  private ArchivedGraphs() {}

  /** A job whose JobMaster has not answered yet. */
  public static ArchivedExecutionGraph initializing(JobID jobId, String name, long since) {
    Map<JobStatus, Long> times = new EnumMap<>(JobStatus.class);
    times.put(JobStatus.INITIALIZING, since);
    return sparse(jobId, name, JobStatus.INITIALIZING, times, null);
  }

  /** A job that failed without its JobMaster. */
  public static ArchivedExecutionGraph failed(
      JobID jobId, String name, long since, ErrorInfo failure) {
    Map<JobStatus, Long> times = new EnumMap<>(JobStatus.class);
    times.put(JobStatus.INITIALIZING, since);
    times.put(JobStatus.FAILED, failure.timestamp());
    return sparse(jobId, name, JobStatus.FAILED, times, failure);
  }

  /** A job of which only the result is known; when it was is not. */
  public static ArchivedExecutionGraph of(JobResult result) {
    return sparse(
        result.jobId(),
        result.jobName(),
        result.status(),
        new EnumMap<>(JobStatus.class),
        result.failure() == null ? null : new ErrorInfo(result.failure(), -1));
  }

  private static ArchivedExecutionGraph sparse(
      JobID jobId,
      String name,
      JobStatus status,
      Map<JobStatus, Long> times,
      @Nullable ErrorInfo failure) {
    return new ArchivedExecutionGraph(
        jobId, name, status, times, List.of(), List.of(), failure, List.of(), 0, Map.of());
  }
}
