package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.List;

/**
 * Something that happens to a cluster at some moment: a {@link Fault} or an order of a client.
 * Immutable; its text is the name of its record in lower case and {@code component=value} for each
 * component.
 */
public sealed interface Action permits Fault, Order {

  /** The processes that it is about, which must exist for it to have an effect. */
  List<String> nodes();

  /** After which time it ends by itself; zero if it is over at once or stays for good. */
  default Duration lasting() {
    return Duration.ZERO;
  }
}
