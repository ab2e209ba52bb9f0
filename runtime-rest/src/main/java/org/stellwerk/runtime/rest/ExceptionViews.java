package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.ErrorInfo;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.Subtask;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.Vertex;
import org.stellwerk.runtime.messages.ExceptionHistoryEntry;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/** What went wrong in a job, in Flink's shape. */
final class ExceptionViews {

  private ExceptionViews() {}

  /** GET /jobs/:jobid/exceptions; the history has the newest incident first. */
  static ObjectNode exceptions(ArchivedExecutionGraph job, int maxExceptions) {
    List<ExceptionHistoryEntry> newestFirst = history(job);
    ObjectNode node = Json.object();
    ErrorInfo root = root(job, newestFirst);
    node.put("root-exception", root == null ? null : root.exception().stackTrace());
    node.put("timestamp", root == null ? null : root.timestamp());
    List<Failure> failures = failures(job);
    ArrayNode all = node.putArray("all-exceptions");
    for (Failure failure : failures.stream().limit(maxExceptions).toList()) {
      ObjectNode entry = all.addObject();
      entry.put("exception", failure.error.exception().stackTrace());
      entry.put("task", failure.task);
      putLocation(entry, "location", failure.location);
      entry.put("timestamp", failure.error.timestamp());
    }
    node.put("truncated", failures.size() > maxExceptions);
    ObjectNode history = node.putObject("exceptionHistory");
    ArrayNode entries = history.putArray("entries");
    for (ExceptionHistoryEntry incident : newestFirst.stream().limit(maxExceptions).toList()) {
      ObjectNode entry = entries.addObject();
      putEntry(entry, incident);
      ArrayNode concurrent = entry.putArray("concurrentExceptions");
      incident.concurrent().forEach(other -> putEntry(concurrent.addObject(), other));
    }
    history.put("truncated", newestFirst.size() > maxExceptions);
    return node;
  }

  private static List<ExceptionHistoryEntry> history(ArchivedExecutionGraph job) {
    List<ExceptionHistoryEntry> newestFirst = new ArrayList<>();
    for (ExceptionHistoryEntry entry : job.exceptionHistory()) {
      newestFirst.add(0, entry);
    }
    ErrorInfo failure = job.failure();
    if (newestFirst.isEmpty() && failure != null) {
      newestFirst.add(
          new ExceptionHistoryEntry(
              failure.exception(), failure.timestamp(), null, null, null, List.of()));
    }
    return newestFirst;
  }

  /** Why the job failed; while it runs, what last went wrong. */
  private static @Nullable ErrorInfo root(
      ArchivedExecutionGraph job, List<ExceptionHistoryEntry> newestFirst) {
    if (job.failure() != null || newestFirst.isEmpty()) {
      return job.failure();
    }
    return new ErrorInfo(newestFirst.get(0).exception(), newestFirst.get(0).timestamp());
  }

  private static void putEntry(ObjectNode node, ExceptionHistoryEntry entry) {
    node.put("exceptionName", entry.exception().className());
    node.put("stacktrace", entry.exception().stackTrace());
    node.put("timestamp", entry.timestamp());
    node.putObject("failureLabels");
    if (entry.taskName() != null) {
      node.put("taskName", entry.taskName());
      putLocation(node, null, entry.location());
    }
  }

  private static void putLocation(
      ObjectNode node, @Nullable String olderField, @Nullable TaskManagerLocation location) {
    String endpoint = location == null ? null : location.host() + ":" + location.dataPort();
    if (olderField != null) {
      node.put(olderField, endpoint);
    }
    node.put("endpoint", endpoint);
    node.put("taskManagerId", location == null ? null : location.resourceId().value());
  }

  private static List<Failure> failures(ArchivedExecutionGraph job) {
    List<Failure> failures = new ArrayList<>();
    for (Vertex vertex : job.vertices()) {
      for (Subtask subtask : vertex.subtasks()) {
        ErrorInfo error = subtask.failure();
        if (error != null) {
          String task =
              "%s (%d/%d) - execution #%d"
                  .formatted(
                      vertex.name(),
                      subtask.attemptId().subtaskIndex() + 1,
                      vertex.parallelism(),
                      subtask.attemptId().attemptNumber());
          failures.add(new Failure(error, task, subtask.location()));
        }
      }
    }
    failures.sort((one, other) -> Long.compare(one.error.timestamp(), other.error.timestamp()));
    return failures;
  }

  private record Failure(ErrorInfo error, String task, @Nullable TaskManagerLocation location) {}
}
