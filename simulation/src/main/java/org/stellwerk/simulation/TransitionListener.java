package org.stellwerk.simulation;

import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.TransitionObserver;

/** Hears of the transitions in all processes of a world; see {@link TransitionObserver}. */
@FunctionalInterface
public interface TransitionListener {

  /** Something in the process has changed its state; called within the event that changed it. */
  void onTransition(SimNode node, String machine, Object id, Enum<?> from, Enum<?> to);
}
