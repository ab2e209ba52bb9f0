package org.stellwerk.rpc.simulation;

import java.util.UUID;
import org.stellwerk.util.IdGenerator;

/** Identifiers that follow from a seed. */
public final class SeededIdGenerator implements IdGenerator {

  private final SimRandom random;

  /** The identifiers of the seed. */
  public SeededIdGenerator(long seed) {
    this(new SimRandom(seed).fork("ids"));
  }

  /** Identifiers drawn from the generator. */
  public SeededIdGenerator(SimRandom random) {
    this.random = random;
  }

  @Override
  public UUID nextUuid() {
    return new UUID(random.nextLong(), random.nextLong());
  }
}
