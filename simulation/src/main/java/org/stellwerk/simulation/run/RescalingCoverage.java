package org.stellwerk.simulation.run;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.scheduler.adaptive.AdaptiveState;
import org.stellwerk.simulation.TransitionListener;

/**
 * Counts how often adaptive jobs began again with more tasks than before, and with fewer. A job
 * that begins schedules all its tasks before anything else happens.
 */
final class RescalingCoverage implements TransitionListener {

  static final String GROWN = "adaptive job has grown";
  static final String SHRUNK = "adaptive job has shrunk";

  private record Run(SimNode node, Object jobId) {}

  private final Coverage coverage;
  private final Map<Run, Integer> tasks = new HashMap<>();
  private @Nullable Run beginning;
  private int scheduled;

  RescalingCoverage(Coverage coverage) {
    this.coverage = coverage;
  }

  @Override
  public void onTransition(SimNode node, String machine, Object id, Enum<?> from, Enum<?> to) {
    if (machine.equals(TransitionObserver.EXECUTION) && to == ExecutionState.SCHEDULED) {
      scheduled++;
      return;
    }
    if (machine.equals(TransitionObserver.JOB)) {
      return; // becomes RUNNING in between
    }
    Run begun = beginning;
    if (begun != null) {
      count(begun);
    }
    beginning =
        machine.equals(TransitionObserver.ADAPTIVE_JOB) && to == AdaptiveState.EXECUTING
            ? new Run(node, id)
            : null;
    scheduled = 0;
  }

  private void count(Run begun) {
    Integer before = tasks.put(begun, scheduled);
    if (before != null && before != scheduled) {
      coverage.count(scheduled > before ? GROWN : SHRUNK);
    }
  }
}
