package org.stellwerk.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.ClusterOverview;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;

/**
 * What a client asks of a cluster. All calls wait for the answer and fail with {@link
 * ClusterException}, whose message is one line for people.
 */
public interface ClusterClient extends AutoCloseable {

  /** The cluster's address, for people. */
  String address();

  /**
   * Submits a job with the jars that its classes are in; returns once the cluster has stored it.
   * Idempotent by job id.
   */
  void submitJob(JobGraph graph, List<Path> jars);

  /** All jobs that the cluster knows, running and ended. */
  List<JobDetails> listJobs();

  /** A job as it is now. */
  JobDetails requestJobDetails(JobID jobId);

  /** How a job ended; empty while it runs. The result's job name may be empty. */
  Optional<JobResult> requestJobResult(JobID jobId);

  /**
   * Where the failure of a job came from, such as {@code words (2/4) on worker-1:41234}; empty if
   * the cluster does not say.
   */
  Optional<String> requestFailureOrigin(JobID jobId);

  /** On which TaskManagers, by id, tasks of the job have not ended, and how many. */
  Map<String, Integer> requestOpenTasks(JobID jobId);

  /** Asks the cluster to cancel a job, which ends some time later. */
  void cancelJob(JobID jobId);

  /** The vertices of an adaptive job with the bounds of their parallelism; others are refused. */
  List<VertexParallelism> requestParallelism(JobID jobId);

  /**
   * Changes the bounds of an adaptive job; returns once the cluster has stored them.
   *
   * @param vertices all of the job
   */
  void updateParallelism(JobID jobId, List<VertexParallelism> vertices);

  /** The TaskManagers that are registered. */
  List<TaskManagerSummary> listTaskManagers();

  /**
   * Has a TaskManager give no more slots, move its tasks away as well, or be used again.
   *
   * @return the TaskManager as it is then
   */
  TaskManagerSummary setAvailability(String taskManagerId, Availability.Mode mode);

  /** The cluster in numbers. */
  ClusterOverview requestOverview();

  @Override
  void close();
}
