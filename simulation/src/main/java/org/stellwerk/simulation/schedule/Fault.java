package org.stellwerk.simulation.schedule;

import org.stellwerk.simulation.SimWorld;

/**
 * Something that goes wrong. A fault that lasts is begun at its moment and ended after its time;
 * dropping its step from a schedule drops both.
 */
public sealed interface Fault extends Action
    permits ProcessFault, GroupFault, NetworkFault, CoordinationFault {

  /** Makes it happen; called in an event of the world. */
  void begin(SimWorld world);

  /** Undoes it; called only if it lasts. */
  default void end(SimWorld world) {}
}
