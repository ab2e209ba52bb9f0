package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.stellwerk.rpc.simulation.SimRandom;

/** What the generator draws: numbers, durations, members of lists. */
final class Draw {

  private final SimRandom random;

  Draw(SimRandom random) {
    this.random = random;
  }

  boolean chance(double probability) {
    return random.chance(probability);
  }

  /** A number from {@code min} to {@code max}, both included. */
  int between(int min, int max) {
    return min + (int) random.nextLong(max - min + 1L);
  }

  /** A duration in whole milliseconds, both ends included. */
  Duration between(Duration min, Duration max) {
    return Duration.ofMillis(min.toMillis() + random.nextLong(max.toMillis() - min.toMillis() + 1));
  }

  /** Often a moment, sometimes seconds, now and then longer than most timeouts. */
  Duration outage() {
    int longest =
        switch (between(0, 3)) {
          case 0 -> 200;
          case 1 -> 2_000;
          case 2 -> 8_000;
          default -> 25_000;
        };
    return between(Duration.ofMillis(1), Duration.ofMillis(longest));
  }

  /** How long an endpoint is held up by one message: not so long that it never catches up. */
  Duration pause() {
    return between(Duration.ofMillis(1), Duration.ofMillis(chance(0.5) ? 20 : 300));
  }

  /** A tenth, two tenths, … all. */
  double share() {
    return between(1, 10) / 10.0;
  }

  <T> T pick(List<T> choices) {
    return choices.get((int) random.nextLong(choices.size()));
  }

  /** Some of the members, in their order; at least one, and not all if there are several. */
  <T> List<T> some(List<T> all) {
    int count = all.size() == 1 ? 1 : between(1, all.size() - 1);
    List<T> rest = new ArrayList<>(all);
    while (rest.size() > count) {
      rest.remove((int) random.nextLong(rest.size()));
    }
    return rest;
  }
}
