package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;

/** Pieces of JSON that several answers have. Stateless. */
final class Json {

  private static final long UNKNOWN = -1;

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Counts of all states under their names in capitals, as in vertices. */
  static void putCounts(ObjectNode node, Map<ExecutionState, Integer> counts) {
    for (ExecutionState state : ExecutionState.values()) {
      node.put(state.name(), counts.getOrDefault(state, 0));
    }
    node.put("RECONCILING", 0);
  }

  /**
   * Counts of all states under their names in small letters with the total, as in lists of jobs.
   */
  static void putTasks(ObjectNode node, Map<ExecutionState, Integer> counts) {
    node.put("total", counts.values().stream().mapToInt(Integer::intValue).sum());
    for (ExecutionState state : ExecutionState.values()) {
      node.put(state.name().toLowerCase(Locale.ROOT), counts.getOrDefault(state, 0));
    }
    node.put("reconciling", 0);
  }

  static void putMetrics(ObjectNode parent, IOMetrics metrics) {
    ObjectNode node = parent.putObject("metrics");
    node.put("read-bytes", metrics.bytesIn());
    node.put("read-bytes-complete", true);
    node.put("write-bytes", metrics.bytesOut());
    node.put("write-bytes-complete", true);
    node.put("read-records", metrics.recordsIn());
    node.put("read-records-complete", true);
    node.put("write-records", metrics.recordsOut());
    node.put("write-records-complete", true);
    node.put("accumulated-backpressured-time", UNKNOWN);
    node.put("accumulated-idle-time", UNKNOWN);
    node.put("accumulated-busy-time", "NaN");
  }
}
