package org.stellwerk.runtime.executiongraph;

import org.stellwerk.runtime.messages.ExecutionState;

/** Hears of every transition of every attempt of a job, after it happened; may act at once. */
@FunctionalInterface
public interface ExecutionListener {

  /** The execution is in its new state; a failure is in {@link Execution#getFailure()}. */
  void onStateChanged(Execution execution, ExecutionState from, ExecutionState to);
}
