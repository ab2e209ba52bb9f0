package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.Subtask;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.Vertex;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/** Vertices and their subtasks as JSON in Flink's shapes. Pure functions. */
final class VertexViews {

  private static final String UNASSIGNED = "(unassigned)";
  private static final long NEVER = -1;

  private VertexViews() {}

  /** GET /jobs/:jobid/vertices/:vertexid. */
  static ObjectNode details(Vertex vertex, long now) {
    ObjectNode node = head(vertex, now);
    node.put("parallelism", vertex.parallelism());
    node.put("maxParallelism", vertex.parallelism());
    ArrayNode subtasks = node.putArray("subtasks");
    for (int i = 0; i < vertex.subtasks().size(); i++) {
      putSubtask(subtasks.addObject(), i, vertex.subtasks().get(i), now);
    }
    return node;
  }

  private static ObjectNode head(Vertex vertex, long now) {
    ObjectNode node = Json.object();
    node.put("id", vertex.id().toString());
    node.put("name", vertex.name());
    node.put("now", now);
    return node;
  }

  private static void putSubtask(ObjectNode node, int index, Subtask subtask, long now) {
    node.put("subtask", index);
    node.put("status", subtask.state().name());
    node.put("attempt", subtask.attemptId().attemptNumber());
    node.put("host", host(subtask));
    node.put("endpoint", endpoint(subtask.location()));
    TaskTimes.of(subtask, now).putInto(node);
    Json.putMetrics(node, subtask.metrics());
    node.put("taskmanager-id", taskManagerId(subtask.location()));
    putStatusDurations(node.putObject("status-duration"), subtask, now);
  }

  /** How long the subtask was in each of the states before the terminal one. */
  private static void putStatusDurations(ObjectNode node, Subtask subtask, long now) {
    List<ExecutionState> states =
        List.of(
            ExecutionState.CREATED,
            ExecutionState.SCHEDULED,
            ExecutionState.DEPLOYING,
            ExecutionState.INITIALIZING,
            ExecutionState.RUNNING);
    for (ExecutionState state : states) {
      long entered = TaskTimes.at(subtask, state);
      node.put(
          state.name(), entered < 0 ? NEVER : Math.max(0, left(subtask, entered, now) - entered));
    }
  }

  /** When the next state after the moment was entered. */
  private static long left(Subtask subtask, long entered, long now) {
    return subtask.stateTimestamps().values().stream()
        .mapToLong(Long::longValue)
        .filter(time -> time > entered)
        .min()
        .orElse(subtask.state().isTerminal() ? entered : now);
  }

  /** GET /jobs/:jobid/vertices/:vertexid/subtasktimes. */
  static ObjectNode subtaskTimes(Vertex vertex, long now) {
    ObjectNode node = head(vertex, now);
    ArrayNode subtasks = node.putArray("subtasks");
    for (int i = 0; i < vertex.subtasks().size(); i++) {
      Subtask subtask = vertex.subtasks().get(i);
      ObjectNode entry = subtasks.addObject();
      entry.put("subtask", i);
      entry.put("host", host(subtask));
      entry.put("endpoint", endpoint(subtask.location()));
      entry.put("duration", TaskTimes.of(subtask, now).duration());
      ObjectNode timestamps = entry.putObject("timestamps");
      for (ExecutionState state : ExecutionState.values()) {
        timestamps.put(state.name(), subtask.stateTimestamps().getOrDefault(state, 0L));
      }
      timestamps.put("RECONCILING", 0L);
    }
    return node;
  }

  /** GET /jobs/:jobid/vertices/:vertexid/taskmanagers. */
  static ObjectNode taskManagers(Vertex vertex, long now) {
    Map<String, List<Subtask>> perTaskManager = new TreeMap<>();
    for (Subtask subtask : vertex.subtasks()) {
      perTaskManager
          .computeIfAbsent(taskManagerId(subtask.location()), id -> new ArrayList<>())
          .add(subtask);
    }
    ObjectNode node = head(vertex, now);
    ArrayNode taskManagers = node.putArray("taskmanagers");
    perTaskManager.forEach(
        (id, subtasks) -> {
          ObjectNode entry = taskManagers.addObject();
          entry.put("host", host(subtasks.get(0)));
          entry.put("endpoint", endpoint(subtasks.get(0).location()));
          entry.put("status", TaskTimes.aggregate(subtasks).name());
          TaskTimes.of(subtasks, now).putInto(entry);
          Json.putMetrics(entry, TaskTimes.sumMetrics(subtasks));
          Json.putCounts(entry.putObject("status-counts"), TaskTimes.countStates(subtasks));
          entry.put("taskmanager-id", id);
        });
    return node;
  }

  private static String host(Subtask subtask) {
    TaskManagerLocation location = subtask.location();
    return location == null ? UNASSIGNED : location.host();
  }

  private static String endpoint(@Nullable TaskManagerLocation location) {
    return location == null ? UNASSIGNED : location.host() + ":" + location.dataPort();
  }

  private static String taskManagerId(@Nullable TaskManagerLocation location) {
    return location == null ? UNASSIGNED : location.resourceId().value();
  }
}
