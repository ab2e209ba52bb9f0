package org.stellwerk.util;

import java.util.concurrent.ThreadLocalRandom;
import org.stellwerk.annotation.NotSimulated;

/** The only source of randomness (jitter, tie-breaks) for control code. */
public interface RandomSource {

  /**
   * A uniformly distributed number.
   *
   * @param bound exclusive upper bound, greater than 0
   */
  long nextLong(long bound);

  /** A uniformly distributed number in [0, 1). */
  double nextDouble();

  /** The platform's generator. */
  static RandomSource system() {
    return new SystemRandom();
  }

  /** The real source. */
  @NotSimulated("this is the driver that the rule asks for")
  final class SystemRandom implements RandomSource {
    @Override
    public long nextLong(long bound) {
      return ThreadLocalRandom.current().nextLong(bound);
    }

    @Override
    public double nextDouble() {
      return ThreadLocalRandom.current().nextDouble();
    }
  }
}
