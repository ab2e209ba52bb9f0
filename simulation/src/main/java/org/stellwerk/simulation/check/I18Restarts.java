package org.stellwerk.simulation.check;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.messages.ExecutionState;

/**
 * I18: no subtask is deployed again and again without a delay. Restarts that somebody wanted have
 * none, nor has the first one after the loss of a TaskExecutor; what leads to them does not come
 * often within a second, unless it is one cause of which the JobMaster does not learn.
 */
final class I18Restarts extends Invariant {

  private static final int DEPLOYMENTS = 20;
  private static final long WITHIN_NANOS = Duration.ofSeconds(1).toNanos();

  private record OfGraph(ExecutionGraphId graph, ExecutionVertexID vertex) {}

  private final LongSupplier nowNanos;

  /** When the last attempts of each subtask were deployed, the oldest first. */
  private final Map<OfGraph, Deque<Long>> deployed = new HashMap<>();

  I18Restarts(Consumer<InvariantViolation> violations, LongSupplier nowNanos) {
    super("I18", violations);
    this.nowNanos = nowNanos;
  }

  @Override
  void onTransition(Transition transition) {
    if (transition.machine().equals(TransitionObserver.EXECUTION)
        && transition.to() == ExecutionState.DEPLOYING
        && transition.id() instanceof ExecutionAttemptID attempt) {
      Deque<Long> times =
          deployed.computeIfAbsent(
              new OfGraph(attempt.executionGraphId(), attempt.executionVertexId()),
              unused -> new ArrayDeque<>());
      long now = nowNanos.getAsLong();
      times.addLast(now);
      if (times.size() > DEPLOYMENTS) {
        long first = times.removeFirst();
        require(
            now - first > WITHIN_NANOS,
            "Deployed {} times within {} ms: {}",
            DEPLOYMENTS + 1,
            Duration.ofNanos(now - first).toMillis(),
            attempt);
      }
    }
  }
}
