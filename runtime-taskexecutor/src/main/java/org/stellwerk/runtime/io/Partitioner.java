package org.stellwerk.runtime.io;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.task.Keyed;

/** Chooses the consumer's subtask for each record. Belongs to one task's thread. */
final class Partitioner {

  /** Every consumer gets the record. */
  static final int ALL = -1;

  private final ShipStrategy strategy;
  private final int consumers;
  private int next;

  Partitioner(ShipStrategy strategy, int consumers, int ownIndex) {
    this.strategy = strategy;
    this.consumers = consumers;
    this.next = ownIndex % consumers;
  }

  int choose(Object record) {
    return switch (strategy) {
      case FORWARD -> 0;
      case REBALANCE -> {
        int chosen = next;
        next = chosen + 1 == consumers ? 0 : chosen + 1;
        yield chosen;
      }
      case HASH -> {
        Object key = record instanceof Keyed keyed ? keyed.key() : record;
        yield Math.floorMod(spread(hash(key)), consumers);
      }
      case BROADCAST -> ALL;
    };
  }

  /** The same in all JVMs, also for arrays and enums, whose own hash code is not. */
  private static int hash(@Nullable Object key) {
    if (key instanceof Enum<?> constant) {
      return constant.name().hashCode();
    }
    if (key != null && key.getClass().isArray()) {
      return arrayHash(key);
    }
    return key == null ? 0 : key.hashCode();
  }

  private static int arrayHash(Object key) {
    if (key instanceof byte[] array) {
      return Arrays.hashCode(array);
    }
    if (key instanceof int[] array) {
      return Arrays.hashCode(array);
    }
    if (key instanceof long[] array) {
      return Arrays.hashCode(array);
    }
    if (key instanceof char[] array) {
      return Arrays.hashCode(array);
    }
    if (key instanceof Object[] array) {
      int result = 1;
      for (Object element : array) {
        result = 31 * result + hash(element);
      }
      return result;
    }
    throw new IllegalArgumentException(
        "A key cannot be of " + key.getClass() + ": its hash code is not the same in all JVMs");
  }

  /** The finalisation of MurmurHash3: every bit of the hash reaches every bit of the result. */
  static int spread(int hash) {
    int h = hash;
    h ^= h >>> 16;
    h *= 0x85ebca6b;
    h ^= h >>> 13;
    h *= 0xc2b2ae35;
    h ^= h >>> 16;
    return h;
  }
}
