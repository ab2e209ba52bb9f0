package org.stellwerk.simulation.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;

/**
 * What a recorder has learned about names: those that users gave to jobs and vertices, and which
 * job an identifier belongs to. All of it comes from messages that were sent.
 */
final class RunNames {

  static final int SHORT_ID = 4;
  private static final int MAX_LINKS = 100_000;

  private final Map<JobID, String> jobs = new LinkedHashMap<>();
  private final Set<String> taken = new LinkedHashSet<>();
  private final Map<JobVertexID, JobVertex> vertices = new LinkedHashMap<>();
  private final Map<Object, JobID> jobOf = new LinkedHashMap<>();

  /** A graph tells the names of its job and vertices. */
  void learn(JobGraph graph) {
    if (!jobs.containsKey(graph.jobId())) {
      jobs.put(graph.jobId(), unique(graph.name()));
    }
    graph.vertices().forEach(this::learn);
  }

  void learn(JobVertex vertex) {
    vertices.put(vertex.id(), vertex);
  }

  /** The identifier belongs to the job. */
  void learn(ExecutionGraphId graph, JobID job) {
    link(graph, job);
  }

  /** The identifier belongs to the job. */
  void learn(AllocationID allocation, JobID job) {
    link(allocation, job);
  }

  private void link(Object id, JobID job) {
    if (jobOf.size() < MAX_LINKS) {
      jobOf.put(id, job);
    }
  }

  /** The job of an execution graph or allocation; null if it is not known. */
  @Nullable JobID jobOf(Object id) {
    return jobOf.get(id);
  }

  /** The job's name; one that nobody has submitted is given one. */
  String job(JobID id) {
    return jobs.computeIfAbsent(id, unknown -> unique("job " + shortId(id.value())));
  }

  /** "work 2/4", and from the second attempt on its number, as in "work 2/4 #1". */
  String attempt(ExecutionAttemptID id) {
    JobVertex vertex = vertices.get(id.jobVertexId());
    String subtask =
        vertex == null
            ? "vertex " + shortId(id.jobVertexId().value()) + " " + (id.subtaskIndex() + 1)
            : vertex.name() + " " + (id.subtaskIndex() + 1) + "/" + vertex.parallelism();
    return id.attemptNumber() == 0 ? subtask : subtask + " #" + id.attemptNumber();
  }

  /** All jobs that were named. */
  List<RecordedRun.Job> jobs() {
    List<RecordedRun.Job> all = new ArrayList<>();
    jobs.forEach((id, name) -> all.add(new RecordedRun.Job(id.toString(), name)));
    return all;
  }

  /** Enough of an identifier to tell it from others of its kind. */
  static String shortId(UUID id) {
    String text = id.toString();
    return id.getMostSignificantBits() >>> Integer.SIZE == 0
        ? text.substring(text.length() - SHORT_ID)
        : text.substring(0, SHORT_ID);
  }

  private String unique(String name) {
    String candidate = name;
    for (int n = 2; !taken.add(candidate); n++) {
      candidate = name + " (" + n + ")";
    }
    return candidate;
  }
}
