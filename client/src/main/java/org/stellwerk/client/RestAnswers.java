package org.stellwerk.client;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.messages.ClusterOverview;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;

/** What the answers of the REST API mean. Stateless. */
final class RestAnswers {

  private static final long NOT_OVER = -1;

  private RestAnswers() {}

  /** The list of /jobs/overview. */
  static List<JobDetails> jobs(Json overview) {
    return overview.get("jobs").items().stream()
        .map(job -> details(job, job.get("tasks")))
        .toList();
  }

  /** /jobs/:jobid; the tasks are those of all vertices. */
  static JobDetails job(Json job) {
    Map<ExecutionState, Integer> tasks = new EnumMap<>(ExecutionState.class);
    for (Json vertex : job.get("vertices").items()) {
      tasksPerState(vertex.get("tasks"))
          .forEach((state, count) -> tasks.merge(state, count, Integer::sum));
    }
    return details(job, tasks);
  }

  /** The vertices in /jobs/:jobid. */
  static List<String> vertexIds(Json job) {
    return job.get("vertices").items().stream().map(vertex -> vertex.text("id")).toList();
  }

  /** How many tasks of /jobs/:jobid/vertices/:vertexid have not ended, by TaskManager. */
  static Map<String, Integer> openTasks(Json vertex) {
    Map<String, Integer> open = new TreeMap<>();
    for (Json subtask : vertex.get("subtasks").items()) {
      if (!ExecutionState.valueOf(subtask.text("status")).isTerminal()) {
        open.merge(subtask.text("taskmanager-id"), 1, Integer::sum);
      }
    }
    return open;
  }

  private static JobDetails details(Json job, Json tasks) {
    return details(job, tasksPerState(tasks));
  }

  private static JobDetails details(Json job, Map<ExecutionState, Integer> tasks) {
    long start = job.number("start-time", 0);
    return new JobDetails(
        JobID.fromHexString(job.text("jid")),
        job.text("name"),
        status(job.text("state")),
        start,
        job.number("end-time", NOT_OVER),
        job.number("last-modification", start),
        tasks);
  }

  /** Counts by state; the states' names come in capitals or not, and some are a newer server's. */
  private static Map<ExecutionState, Integer> tasksPerState(Json tasks) {
    Map<ExecutionState, Integer> counts = new EnumMap<>(ExecutionState.class);
    for (ExecutionState state : ExecutionState.values()) {
      long capitals = tasks.number(state.name(), 0);
      long small = tasks.number(state.name().toLowerCase(Locale.ROOT), 0);
      counts.put(state, Math.toIntExact(capitals + small));
    }
    return counts;
  }

  private static JobStatus status(String name) {
    try {
      return JobStatus.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("unknown job state '" + name + "'", e);
    }
  }

  /** /jobs/:jobid and /jobs/:jobid/resource-requirements. */
  static List<VertexParallelism> parallelism(Json job, Json requirements) {
    return job.get("vertices").items().stream()
        .map(
            vertex -> {
              Json bounds = requirements.get(vertex.text("id")).get("parallelism");
              if (bounds.number("upperBound", -1) < 0) {
                throw new ClusterException(
                    "The cluster does not say between which bounds the parallelism of '"
                        + vertex.text("name")
                        + "' is; nothing is changed",
                    ClusterException.NO_ANSWER);
              }
              return new VertexParallelism(
                  JobVertexID.fromHexString(vertex.text("id")),
                  vertex.text("name"),
                  (int) bounds.number("lowerBound", 1),
                  (int) bounds.number("upperBound", 1));
            })
        .toList();
  }

  /** /taskmanagers. */
  static List<TaskManagerSummary> taskManagers(Json answer) {
    return answer.get("taskmanagers").items().stream().map(RestAnswers::taskManager).toList();
  }

  /** /taskmanagers/:taskmanagerid. */
  static TaskManagerSummary taskManager(Json taskManager) {
    return new TaskManagerSummary(
        taskManager.text("id"),
        (int) taskManager.number("slotsNumber", 0),
        (int) taskManager.number("freeSlots", 0),
        taskManager.text("availability"));
  }

  /** /overview. */
  static ClusterOverview overview(Json overview) {
    return new ClusterOverview(
        (int) overview.number("taskmanagers", 0),
        (int) overview.number("slots-total", 0),
        (int) overview.number("slots-available", 0),
        (int) overview.number("jobs-running", 0),
        (int) overview.number("jobs-finished", 0),
        (int) overview.number("jobs-cancelled", 0),
        (int) overview.number("jobs-failed", 0));
  }

  /** /jobs/:jobid/execution-result. */
  static Optional<JobResult> result(JobID jobId, Json answer) {
    if (!answer.get("status").text("id").equals("COMPLETED")) {
      return Optional.empty();
    }
    Json result = answer.get("job-execution-result");
    JobStatus status =
        switch (result.text("application-status")) {
          case "SUCCEEDED" -> JobStatus.FINISHED;
          case "FAILED" -> JobStatus.FAILED;
          case "CANCELED" -> JobStatus.CANCELED;
          default ->
              throw new IllegalArgumentException(
                  "unknown result '" + result.text("application-status") + "'");
        };
    long runtimeMs = Math.max(0, result.number("net-runtime", 0));
    return Optional.of(
        new JobResult(
            jobId, result.text("name"), status, runtimeMs, failure(result.get("failure-cause"))));
  }

  private static @Nullable SerializedThrowable failure(Json cause) {
    if (cause.fields().isEmpty()) {
      return null;
    }
    return StackTraceText.parse(cause.text("class"), cause.text("stack-trace"));
  }

  /** The newest entry of /jobs/:jobid/exceptions that names a task or a TaskManager. */
  static Optional<String> failureOrigin(Json exceptions) {
    for (Json entry : exceptions.get("exceptionHistory").get("entries").items()) {
      String task = entry.text("taskName");
      String endpoint = entry.text("endpoint");
      if (!task.isEmpty() && !endpoint.isEmpty()) {
        return Optional.of(task + " on " + endpoint);
      }
      if (!task.isEmpty() || !endpoint.isEmpty()) {
        return Optional.of(task + endpoint);
      }
    }
    return Optional.empty();
  }

  /** One line out of {"errors":[…]}; the first telling line of each error. */
  static Optional<String> errors(Json answer) {
    List<Json> errors = answer.get("errors").items();
    if (errors.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        errors.stream()
            .map(error -> tellingLine(error.text().orElse("")))
            .filter(line -> !line.isEmpty())
            .distinct()
            .collect(Collectors.joining("; ")));
  }

  private static String tellingLine(String error) {
    return error
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("<Exception on server side"))
        .findFirst()
        .orElse("");
  }
}
