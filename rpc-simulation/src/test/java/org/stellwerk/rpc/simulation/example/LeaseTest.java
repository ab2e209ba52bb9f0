package org.stellwerk.rpc.simulation.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimFailure;
import org.stellwerk.rpc.simulation.example.LeaseHolder.CountsFrom;

/** Many seeds of the right holder, and what becomes of the wrong one. */
class LeaseTest {

  private static final int SEEDS = 200;

  @Test
  void neverTwoBelieveToHaveTheLease() {
    int changes = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      changes += new LeaseWorld(seed, CountsFrom.REQUEST).run();
    }
    // A simulation in which nothing happens proves nothing.
    assertThat(changes).isGreaterThan(SEEDS * 3);
  }

  /** The bug shows with a small part of the seeds, and with the same one each time. */
  @Test
  void countingFromTheAnswerIsFoundAndReplayed() {
    for (int seed = 0; seed < SEEDS; seed++) {
      try {
        new LeaseWorld(seed, CountsFrom.ANSWER).run();
      } catch (SimFailure found) {
        assertThat(found)
            .hasMessageContaining("both believe to have the lease")
            .hasMessageContaining("seed " + seed);
        LeaseWorld again = new LeaseWorld(seed, CountsFrom.ANSWER);
        assertThatExceptionOfType(SimFailure.class)
            .isThrownBy(again::run)
            .withMessage(found.getMessage());
        return;
      }
    }
    throw new AssertionError("No seed has found the bug");
  }
}
