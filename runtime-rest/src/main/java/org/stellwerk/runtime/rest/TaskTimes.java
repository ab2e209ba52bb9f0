package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.Subtask;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;

/**
 * From when to when something ran, as Flink counts it: from DEPLOYING to the terminal state; -1 for
 * what has not happened.
 */
record TaskTimes(long start, long end, long duration) {

  private static final long NEVER = -1;

  static TaskTimes of(Subtask subtask, long now) {
    long start = at(subtask, ExecutionState.DEPLOYING);
    long end = subtask.state().isTerminal() ? at(subtask, subtask.state()) : NEVER;
    return between(start, end, now);
  }

  /** Of several subtasks together: from the first start; over only when all are. */
  static TaskTimes of(List<Subtask> subtasks, long now) {
    long start = Long.MAX_VALUE;
    long end = NEVER;
    boolean allOver = true;
    for (Subtask subtask : subtasks) {
      TaskTimes times = of(subtask, now);
      start = times.start > 0 ? Math.min(start, times.start) : start;
      end = Math.max(end, times.end);
      allOver &= subtask.state().isTerminal();
    }
    return between(start == Long.MAX_VALUE ? NEVER : start, allOver ? end : NEVER, now);
  }

  private static TaskTimes between(long start, long end, long now) {
    long duration = start < 0 ? NEVER : Math.max(0, (end < 0 ? now : end) - start);
    return new TaskTimes(start, end, duration);
  }

  static long at(Subtask subtask, ExecutionState state) {
    return subtask.stateTimestamps().getOrDefault(state, NEVER);
  }

  void putInto(ObjectNode node) {
    node.put("start-time", start);
    node.put("end-time", end);
    node.put("duration", duration);
  }

  static Map<ExecutionState, Integer> countStates(List<Subtask> subtasks) {
    Map<ExecutionState, Integer> counts = new EnumMap<>(ExecutionState.class);
    subtasks.forEach(subtask -> counts.merge(subtask.state(), 1, Integer::sum));
    return counts;
  }

  static IOMetrics sumMetrics(List<Subtask> subtasks) {
    return subtasks.stream().map(Subtask::metrics).reduce(IOMetrics.ZERO, IOMetrics::plus);
  }

  /** The state of several subtasks together, as Flink aggregates it. */
  static ExecutionState aggregate(List<Subtask> subtasks) {
    Map<ExecutionState, Integer> counts = countStates(subtasks);
    for (ExecutionState state :
        List.of(
            ExecutionState.FAILED,
            ExecutionState.CANCELING,
            ExecutionState.CANCELED,
            ExecutionState.INITIALIZING,
            ExecutionState.RUNNING)) {
      if (counts.containsKey(state)) {
        return state;
      }
    }
    int finished = counts.getOrDefault(ExecutionState.FINISHED, 0);
    if (finished > 0) {
      return finished == subtasks.size() ? ExecutionState.FINISHED : ExecutionState.RUNNING;
    }
    return ExecutionState.CREATED;
  }
}
