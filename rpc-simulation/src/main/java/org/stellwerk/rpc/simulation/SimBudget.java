package org.stellwerk.rpc.simulation;

import java.time.Duration;

/**
 * How much may happen in a simulation before it is ended as a failure.
 *
 * @param events in all
 * @param eventsAtOneInstant while virtual time stands still: more are a live-lock
 * @param virtualTime from the beginning
 */
public record SimBudget(long events, int eventsAtOneInstant, Duration virtualTime) {

  /** Enough for every test that does not run wild: 200,000 events at one instant, else no end. */
  public static SimBudget defaults() {
    return new SimBudget(Long.MAX_VALUE, 200_000, Duration.ofNanos(Long.MAX_VALUE));
  }

  /** Values must be positive. */
  public SimBudget {
    if (events <= 0 || eventsAtOneInstant <= 0 || virtualTime.isNegative()) {
      throw new IllegalArgumentException("A budget must be positive");
    }
  }

  /** With another number of events in all. */
  public SimBudget withEvents(long number) {
    return new SimBudget(number, eventsAtOneInstant, virtualTime);
  }

  /** With another number of events at one instant. */
  public SimBudget withEventsAtOneInstant(int number) {
    return new SimBudget(events, number, virtualTime);
  }

  /** With another virtual time. */
  public SimBudget withVirtualTime(Duration duration) {
    return new SimBudget(events, eventsAtOneInstant, duration);
  }
}
