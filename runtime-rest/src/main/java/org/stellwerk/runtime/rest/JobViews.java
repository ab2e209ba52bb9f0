package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.Vertex;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.options.RestartStrategyOptions;

/** Jobs as JSON in Flink's shapes. Pure functions; times in milliseconds since the epoch. */
final class JobViews {

  private static final long NONE = -1;

  private JobViews() {}

  /** GET /jobs. */
  static ObjectNode ids(List<JobDetails> jobs) {
    ObjectNode node = Json.object();
    ArrayNode list = node.putArray("jobs");
    for (JobDetails job : jobs) {
      list.addObject().put("id", job.jobId().toString()).put("status", job.status().name());
    }
    return node;
  }

  /** GET /jobs/overview. */
  static ObjectNode overview(List<JobDetails> jobs, long now) {
    ObjectNode node = Json.object();
    ArrayNode list = node.putArray("jobs");
    for (JobDetails job : jobs) {
      ObjectNode entry = list.addObject();
      entry.put("jid", job.jobId().toString());
      entry.put("name", job.jobName());
      entry.put("start-time", job.startTime());
      entry.put("end-time", job.endTime());
      entry.put("duration", duration(job.startTime(), job.endTime(), now));
      entry.put("state", job.status().name());
      entry.put("last-modification", job.lastUpdateTime());
      Json.putTasks(entry.putObject("tasks"), job.tasksPerState());
      entry.put("pending-operators", 0);
    }
    return node;
  }

  private static long duration(long start, long end, long now) {
    return start <= 0 ? NONE : Math.max(0, (end < 0 ? now : end) - start);
  }

  /** GET /jobs/:jobid. */
  static ObjectNode details(ArchivedExecutionGraph job, long now) {
    ObjectNode node = Json.object();
    node.put("jid", job.jobId().toString());
    node.put("name", job.jobName());
    node.put("isStoppable", false);
    node.put("state", job.state().name());
    node.put("job-type", "STREAMING");
    node.put("start-time", job.startTime());
    node.put("end-time", job.endTime());
    node.put("duration", duration(job.startTime(), job.endTime(), now));
    node.put("maxParallelism", NONE);
    node.put("now", now);
    ObjectNode timestamps = node.putObject("timestamps");
    for (JobStatus status : JobStatus.values()) {
      timestamps.put(status.name(), job.stateTimestamps().getOrDefault(status, 0L));
    }
    ArrayNode vertices = node.putArray("vertices");
    Map<ExecutionState, Integer> vertexStates = new EnumMap<>(ExecutionState.class);
    for (Vertex vertex : job.vertices()) {
      putVertex(vertices.addObject(), vertex, now);
      vertexStates.merge(TaskTimes.aggregate(vertex.subtasks()), 1, Integer::sum);
    }
    Json.putCounts(node.putObject("status-counts"), vertexStates);
    node.set("plan", plan(job));
    node.put("pending-operators", 0);
    return node;
  }

  private static void putVertex(ObjectNode node, Vertex vertex, long now) {
    node.put("id", vertex.id().toString());
    node.put("slotSharingGroupId", slotSharingGroupId(vertex.slotSharingGroup()));
    node.put("name", vertex.name());
    node.put("maxParallelism", vertex.parallelism());
    node.put("parallelism", vertex.parallelism());
    node.put("status", TaskTimes.aggregate(vertex.subtasks()).name());
    TaskTimes.of(vertex.subtasks(), now).putInto(node);
    Json.putCounts(node.putObject("tasks"), TaskTimes.countStates(vertex.subtasks()));
    Json.putMetrics(node, TaskTimes.sumMetrics(vertex.subtasks()));
  }

  /** Clients compare it only; groups with one name have one id in every job. */
  private static String slotSharingGroupId(String name) {
    byte[] identity = name.getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(identity).toString().replace("-", "");
  }

  /** The inner part of GET /jobs/:jobid/plan. */
  static ObjectNode plan(ArchivedExecutionGraph job) {
    ObjectNode node = Json.object();
    node.put("jid", job.jobId().toString());
    node.put("name", job.jobName());
    node.put("type", "STREAMING");
    ArrayNode nodes = node.putArray("nodes");
    for (Vertex vertex : job.vertices()) {
      ObjectNode entry = nodes.addObject();
      entry.put("id", vertex.id().toString());
      entry.put("parallelism", vertex.parallelism());
      entry.put("operator", "");
      entry.put("operator_strategy", "");
      entry.put("description", vertex.name());
      List<JobEdge> inputs =
          job.edges().stream().filter(edge -> edge.target().equals(vertex.id())).toList();
      if (!inputs.isEmpty()) {
        putInputs(entry.putArray("inputs"), inputs);
      }
      entry.putObject("optimizer_properties");
    }
    return node;
  }

  private static void putInputs(ArrayNode list, List<JobEdge> inputs) {
    for (int i = 0; i < inputs.size(); i++) {
      ObjectNode input = list.addObject();
      input.put("num", i);
      input.put("id", inputs.get(i).source().toString());
      input.put("ship_strategy", inputs.get(i).shipStrategy().name());
      input.put(
          "exchange", inputs.get(i).resultType().isBlocking() ? "blocking" : "pipelined_bounded");
    }
  }

  /** GET /jobs/:jobid/config. */
  static ObjectNode config(ArchivedExecutionGraph job) {
    ObjectNode node = Json.object();
    node.put("jid", job.jobId().toString());
    node.put("name", job.jobName());
    ObjectNode execution = node.putObject("execution-config");
    execution.put("execution-mode", "PIPELINED");
    execution.put(
        "restart-strategy",
        job.configuration()
            .getOrDefault(
                RestartStrategyOptions.TYPE.key(), "Cluster level default restart strategy"));
    execution.put(
        "job-parallelism", job.vertices().stream().mapToInt(Vertex::parallelism).max().orElse(1));
    execution.put("object-reuse-mode", false);
    ObjectNode user = execution.putObject("user-config");
    Configuration.fromMap(job.configuration()).shown().forEach(user::put);
    return node;
  }

  /** GET /jobs/:jobid/execution-result of a job that is not over. */
  static ObjectNode inProgress() {
    ObjectNode node = Json.object();
    node.putObject("status").put("id", "IN_PROGRESS");
    return node;
  }

  /** GET /jobs/:jobid/execution-result of a job that is over. */
  static ObjectNode result(JobResult result) {
    ObjectNode node = Json.object();
    node.putObject("status").put("id", "COMPLETED");
    ObjectNode inner = node.putObject("job-execution-result");
    inner.put("id", result.jobId().toString());
    inner.put("name", result.jobName());
    inner.put("application-status", applicationStatus(result.status()));
    inner.putObject("accumulator-results");
    inner.put("net-runtime", result.netRuntimeMs());
    SerializedThrowable failure = result.failure();
    if (failure != null) {
      ObjectNode cause = inner.putObject("failure-cause");
      cause.put("class", failure.className());
      cause.put("stack-trace", failure.stackTrace());
    }
    return node;
  }

  private static String applicationStatus(JobStatus status) {
    return switch (status) {
      case FINISHED -> "SUCCEEDED";
      case FAILED -> "FAILED";
      case CANCELED -> "CANCELED";
      default -> "UNKNOWN";
    };
  }
}
