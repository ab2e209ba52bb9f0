package org.stellwerk.simulation.check;

import org.jspecify.annotations.Nullable;

/**
 * A transition of a state machine.
 *
 * @param process where it happened, with the incarnation
 * @param in the endpoint in whose event it happened; null if in none of an endpoint
 * @param machine one of the constants of TransitionObserver
 * @param id of what has changed
 */
record Transition(
    String process, @Nullable Source in, String machine, Object id, Enum<?> from, Enum<?> to) {

  @Override
  public String toString() {
    return machine + " " + id + " in " + process + ": " + from + " -> " + to;
  }
}
