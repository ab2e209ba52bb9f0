package org.stellwerk.runtime.highavailability;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * What a running job has reached and nobody but a store could tell a new leader: TaskExecutors
 * report what runs, but not what has finished, how often the job was restarted, or that somebody
 * was promised its cancellation. Immutable; replaced as a whole.
 *
 * @param cancelRequested whether a cancellation was accepted
 * @param restarts how often the job or a part of it was restarted
 * @param restartState the restart strategy's memory, in numbers that only the strategy understands
 * @param vertices the vertices of which there is something to tell, each once
 * @param taskManagers the addresses of the TaskExecutors that subtasks run on
 */
public record JobProgress(
    JobID jobId,
    boolean cancelRequested,
    long restarts,
    List<Long> restartState,
    List<VertexProgress> vertices,
    List<String> taskManagers) {

  public JobProgress {
    if (restarts < 0) {
      throw new IllegalArgumentException(
          "Job " + jobId + " has " + restarts + " restarts; expected at least 0");
    }
    restartState = List.copyOf(restartState);
    vertices = List.copyOf(vertices);
    taskManagers = List.copyOf(taskManagers);
    Set<JobVertexID> ids = new LinkedHashSet<>();
    for (VertexProgress vertex : vertices) {
      if (!ids.add(vertex.vertexId())) {
        throw new IllegalArgumentException(
            "The progress of job " + jobId + " names vertex " + vertex.vertexId() + " twice");
      }
      for (int place : vertex.places()) {
        if (place < -1 || place >= taskManagers.size()) {
          throw new IllegalArgumentException(
              "The progress of job %s places a subtask on TaskManager %d of %d"
                  .formatted(jobId, place, taskManagers.size()));
        }
      }
    }
  }

  /** Of a job of which nobody knows where its subtasks run. */
  public JobProgress(
      JobID jobId,
      boolean cancelRequested,
      long restarts,
      List<Long> restartState,
      List<VertexProgress> vertices) {
    this(jobId, cancelRequested, restarts, restartState, vertices, List.of());
  }

  /** That of a job of which nothing is stored. */
  public static JobProgress none(JobID jobId) {
    return new JobProgress(jobId, false, 0, List.of(), List.of());
  }
}
