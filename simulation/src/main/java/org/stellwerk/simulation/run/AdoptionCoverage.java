package org.stellwerk.simulation.run;

import java.util.List;
import org.stellwerk.rpc.simulation.SimEvent;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimObserver;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.taskexecutor.LeaseState;
import org.stellwerk.simulation.TransitionListener;

/** Counts what becomes of jobs and tasks when their leader changes. Of one run; reads only. */
final class AdoptionCoverage implements TransitionListener, SimObserver {

  static final String ADOPTIONS = "adoptions";
  static final String ADOPTED_TASKS = "adopted tasks";
  static final String EXPIRED = "leases expired";
  static final String MISSING = "reconciliation windows closed with missing";

  /** All of them. */
  static final List<String> ALL = List.of(ADOPTIONS, ADOPTED_TASKS, EXPIRED, MISSING);

  private final Coverage coverage;
  private boolean windowClosed;

  AdoptionCoverage(Coverage coverage) {
    this.coverage = coverage;
  }

  @Override
  public void onEvent(SimEvent event) {
    windowClosed = false;
  }

  @Override
  public void onTransition(SimNode node, String machine, Object id, Enum<?> from, Enum<?> to) {
    switch (machine) {
      case TransitionObserver.JOB_LEASE -> onLease(to);
      case TransitionObserver.JOB ->
          windowClosed |= from == JobStatus.RECONCILING && to == JobStatus.RUNNING;
      case TransitionObserver.EXECUTION -> onExecution(from, to);
      default -> {
        // not about leaders
      }
    }
  }

  private void onLease(Enum<?> to) {
    if (to == LeaseState.TAKEN_OVER) {
      coverage.count(ADOPTIONS);
    } else if (to == LeaseState.OVER) {
      coverage.count(EXPIRED);
    }
  }

  /** What has not begun is deployed without being scheduled only if it runs already. */
  private void onExecution(Enum<?> from, Enum<?> to) {
    if (from != ExecutionState.CREATED) {
      return;
    }
    if (to == ExecutionState.DEPLOYING) {
      coverage.count(ADOPTED_TASKS);
    } else if (windowClosed) {
      coverage.count(MISSING);
      windowClosed = false;
    }
  }
}
