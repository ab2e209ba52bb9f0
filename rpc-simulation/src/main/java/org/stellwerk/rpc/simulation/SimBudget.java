package org.stellwerk.rpc.simulation;

import java.time.Duration;

/**
 * How much may happen in a simulation before it is ended as a failure.
 *
 * @param events in all
 * @param eventsAtOneInstant while virtual time stands still: more are a live-lock
 * @param virtualTime from the beginning
 * @param waiting messages in one mailbox: more mean that somebody does not stop to send
 */
public record SimBudget(long events, int eventsAtOneInstant, Duration virtualTime, int waiting) {

  private static final int MAILBOX = 20_000;

  /**
   * Enough for every test that does not run wild: 200,000 events at one instant, 20,000 messages in
   * a mailbox, else no end.
   */
  public static SimBudget defaults() {
    return new SimBudget(Long.MAX_VALUE, 200_000, Duration.ofNanos(Long.MAX_VALUE), MAILBOX);
  }

  /** Values must be positive. */
  public SimBudget {
    if (events <= 0 || eventsAtOneInstant <= 0 || virtualTime.isNegative() || waiting <= 0) {
      throw new IllegalArgumentException("A budget must be positive");
    }
  }

  /** With another number of events in all. */
  public SimBudget withEvents(long number) {
    return new SimBudget(number, eventsAtOneInstant, virtualTime, waiting);
  }

  /** With another number of events at one instant. */
  public SimBudget withEventsAtOneInstant(int number) {
    return new SimBudget(events, number, virtualTime, waiting);
  }

  /** With another virtual time. */
  public SimBudget withVirtualTime(Duration duration) {
    return new SimBudget(events, eventsAtOneInstant, duration, waiting);
  }

  /** With another number of messages in one mailbox. */
  public SimBudget withWaiting(int number) {
    return new SimBudget(events, eventsAtOneInstant, virtualTime, number);
  }
}
