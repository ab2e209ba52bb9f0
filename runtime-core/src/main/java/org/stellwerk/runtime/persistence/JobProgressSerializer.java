package org.stellwerk.runtime.persistence;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.VertexProgress;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * The progress of jobs as JSON; as strict as {@link JobGraphSerializer}. What is alike in
 * neighbouring subtasks is written once: {@code 0*9998,3,1} are attempt numbers of 10,000 subtasks,
 * {@code 0-499,600} are the indexes of 501 finished ones. Stateless.
 */
public final class JobProgressSerializer {

  private static final int VERSION = 1;

  /** More subtasks than a vertex can have; what claims more is damaged and would fill the heap. */
  private static final int MAX_SUBTASKS = 1 << 20;

  private JobProgressSerializer() {}

  /** The progress as a JSON document in UTF-8. */
  public static byte[] toBytes(JobProgress progress) {
    ObjectNode root = JsonDocument.newObject();
    root.put("version", VERSION);
    root.put("jobId", progress.jobId().toString());
    root.put("cancelRequested", progress.cancelRequested());
    root.put("restarts", progress.restarts());
    ArrayNode restartState = root.putArray("restartState");
    progress.restartState().forEach(restartState::add);
    ArrayNode vertices = root.putArray("vertices");
    for (VertexProgress vertex : progress.vertices()) {
      vertices
          .addObject()
          .put("id", vertex.vertexId().toString())
          .put("attempts", runs(vertex.attempts()))
          .put("finished", ranges(vertex.finished()))
          .put("places", runs(vertex.places()));
    }
    ArrayNode taskManagers = root.putArray("taskManagers");
    progress.taskManagers().forEach(taskManagers::add);
    return JsonDocument.write(root);
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException with one line, if the bytes are not the progress of a job
   */
  public static JobProgress fromBytes(byte[] bytes) {
    JsonDocument root = JsonDocument.read("Job progress", VERSION, bytes);
    JobID jobId = root.parsed("jobId", JobID::fromHexString);
    boolean cancelRequested = root.truth("cancelRequested");
    long restarts = root.longInteger("restarts");
    List<Long> restartState = root.longIntegers("restartState");
    List<VertexProgress> vertices = new ArrayList<>();
    for (JsonDocument vertex : root.objects("vertices")) {
      vertices.add(
          new VertexProgress(
              vertex.parsed("id", JobVertexID::fromHexString),
              vertex.parsed("attempts", JobProgressSerializer::parseRuns),
              vertex.parsed("finished", JobProgressSerializer::parseRanges),
              vertex.parsed("places", JobProgressSerializer::parseRuns)));
      vertex.end();
    }
    List<String> taskManagers = root.parsedList("taskManagers", address -> address);
    root.end();
    return new JobProgress(jobId, cancelRequested, restarts, restartState, vertices, taskManagers);
  }

  private static String runs(List<Integer> values) {
    StringBuilder text = new StringBuilder();
    for (int from = 0, to; from < values.size(); from = to) {
      to = from + 1;
      while (to < values.size() && values.get(to).equals(values.get(from))) {
        to++;
      }
      append(text, values.get(from), "*", to - from, 1);
    }
    return text.toString();
  }

  private static String ranges(List<Integer> ascending) {
    StringBuilder text = new StringBuilder();
    for (int from = 0, to; from < ascending.size(); from = to) {
      int first = ascending.get(from);
      to = from + 1;
      while (to < ascending.size() && ascending.get(to) == first + to - from) {
        to++;
      }
      append(text, first, "-", ascending.get(to - 1), first);
    }
    return text.toString();
  }

  /** One part; its second number is left out where it goes without saying. */
  private static void append(
      StringBuilder text, int first, String sign, int second, int withoutSaying) {
    text.append(text.isEmpty() ? "" : ",").append(first);
    if (second != withoutSaying) {
      text.append(sign).append(second);
    }
  }

  private static List<Integer> parseRuns(String text) {
    List<Integer> values = new ArrayList<>();
    for (String part : parts(text)) {
      int sign = part.indexOf('*');
      int value = number(sign < 0 ? part : part.substring(0, sign));
      int count = sign < 0 ? 1 : number(part.substring(sign + 1));
      check(part, count >= 1, values.size() + (long) count);
      for (int i = 0; i < count; i++) {
        values.add(value);
      }
    }
    return values;
  }

  private static List<Integer> parseRanges(String text) {
    List<Integer> values = new ArrayList<>();
    for (String part : parts(text)) {
      int sign = part.indexOf('-');
      int first = number(sign < 0 ? part : part.substring(0, sign));
      int last = sign < 0 ? first : number(part.substring(sign + 1));
      check(part, last >= first, last + 1L);
      for (int i = first; i <= last; i++) {
        values.add(i);
      }
    }
    return values;
  }

  private static List<String> parts(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
  }

  private static int number(String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + digits + "' is not a whole number", e);
    }
  }

  private static void check(String part, boolean rightWay, long subtasks) {
    if (!rightWay || subtasks > MAX_SUBTASKS) {
      throw new IllegalArgumentException(
          "'" + part + "' is no part of at most " + MAX_SUBTASKS + " subtasks");
    }
  }
}
