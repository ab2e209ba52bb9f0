package org.stellwerk.simulation;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.stellwerk.rpc.simulation.SimRandom;
import org.stellwerk.simulation.SimOperation.Kind;

/**
 * What goes wrong with requests to the coordination service, drawn for each of them. A slow one is
 * carried out late or answered late. A failing one loses its connection, or its client's patience
 * is at its end: in both cases before it was carried out or after that, which the client cannot
 * tell. What is broken fails for good.
 */
final class SimServiceFaults {

  /** How a request ends. */
  enum Outcome {
    /** With its answer. */
    ANSWERED,
    /** The server closes the connection: the client tries again. */
    CLOSED,
    /** The client has tried often enough. */
    GIVEN_UP,
    /** What is stored, or is to be, cannot be used: trying again does not help. */
    BROKEN
  }

  /**
   * What happens to one request.
   *
   * @param applied whether it is carried out; else it only looks as if
   */
  record Fate(long delayNanos, long answerDelayNanos, boolean applied, Outcome outcome) {

    static final Fate GOOD = new Fate(0, 0, true, Outcome.ANSWERED);
  }

  private final SimRandom random;
  private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
  private double slowShare;
  private Duration slowest = Duration.ZERO;
  private double failingReads;
  private double failingWrites;
  private double broken;

  SimServiceFaults(SimRandom random) {
    this.random = random;
  }

  void slow(double share, Duration longest) {
    slowShare = share;
    slowest = longest;
  }

  void failing(double shareOfReads, double shareOfWrites) {
    failingReads = shareOfReads;
    failingWrites = shareOfWrites;
  }

  void broken(double share) {
    broken = share;
  }

  /** How often requests ended otherwise than with their answer. */
  Map<Outcome, Integer> outcomes() {
    return Collections.unmodifiableMap(outcomes);
  }

  Fate draw(Kind kind) {
    long before = 0;
    long after = 0;
    if (slowShare > 0 && random.chance(slowShare)) {
      long delay = random.nextLong(1 + slowest.toNanos());
      boolean late = random.chance(0.5);
      before = late ? delay : 0;
      after = late ? 0 : delay;
    }
    double failing =
        switch (kind) {
          case LATCH -> 0;
          case READ -> failingReads;
          case PUBLISH, WRITE -> failingWrites;
        };
    double breaking = kind == Kind.READ || kind == Kind.WRITE ? broken : 0;
    if (failing > 0 && random.chance(failing)) {
      Outcome outcome = random.chance(0.5) ? Outcome.CLOSED : Outcome.GIVEN_UP;
      outcomes.merge(outcome, 1, Integer::sum);
      return new Fate(before, after, random.chance(0.5), outcome);
    }
    if (breaking > 0 && random.chance(breaking)) {
      outcomes.merge(Outcome.BROKEN, 1, Integer::sum);
      return new Fate(before, after, false, Outcome.BROKEN);
    }
    return before == 0 && after == 0 ? Fate.GOOD : new Fate(before, after, true, Outcome.ANSWERED);
  }
}
