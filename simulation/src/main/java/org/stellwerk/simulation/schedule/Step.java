package org.stellwerk.simulation.schedule;

import java.time.Duration;

/**
 * An action and its moment.
 *
 * @param at the time since the beginning of the run
 */
public record Step(Duration at, Action action) implements Comparable<Step> {

  public Step {
    if (at.isNegative()) {
      throw new IllegalArgumentException("A step cannot be before the beginning: " + at);
    }
  }

  /** When it is over, or is undone. */
  public Duration end() {
    return at.plus(action.lasting());
  }

  @Override
  public int compareTo(Step other) {
    return at.compareTo(other.at);
  }
}
