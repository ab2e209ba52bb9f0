package org.stellwerk.simulation.schedule;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An action and its moment.
 *
 * @param at the time since the beginning of the run
 * @param upon what it waits for from then on; null if it happens at that time. It never happens if
 *     there is no such moment before the heal.
 */
public record Step(Duration at, @Nullable Moment upon, Action action) implements Comparable<Step> {

  public Step {
    if (at.isNegative()) {
      throw new IllegalArgumentException("A step cannot be before the beginning: " + at);
    }
  }

  /** One that happens at its time. */
  public Step(Duration at, Action action) {
    this(at, null, action);
  }

  /** How long after the heal it is over at the latest; negative if before it. */
  public Duration leftAfter(Heal heal) {
    Duration latest = upon == null ? at : heal.at();
    return latest.plus(action.lasting()).minus(heal.at());
  }

  /** The same without waiting for anything. */
  Step withoutAim() {
    return new Step(at, action);
  }

  @Override
  public int compareTo(Step other) {
    return at.compareTo(other.at);
  }
}
