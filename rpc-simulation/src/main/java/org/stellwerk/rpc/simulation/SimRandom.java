package org.stellwerk.rpc.simulation;

import org.stellwerk.util.RandomSource;

/**
 * A generator that gives the same numbers for the same seed on every machine (SplitMix64). Each
 * consumer takes a fork with a name of its own, so that adding one does not shift what the others
 * draw.
 */
public final class SimRandom implements RandomSource {

  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private final long seed;
  private long state;

  /** A generator that starts at the seed. */
  public SimRandom(long seed) {
    this.seed = seed;
    this.state = mix(seed);
  }

  /** An independent generator; depends on this one's seed and the name, not on what was drawn. */
  public SimRandom fork(String name) {
    long hash = seed;
    for (int i = 0; i < name.length(); i++) {
      hash = mix(hash * 31 + name.charAt(i));
    }
    return new SimRandom(hash);
  }

  /** Any long. */
  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  @Override
  public long nextLong(long bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("The bound must be positive, not " + bound);
    }
    return Math.floorMod(nextLong() >>> 1, bound);
  }

  @Override
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** True with the given probability. */
  public boolean chance(double probability) {
    return nextDouble() < probability;
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
