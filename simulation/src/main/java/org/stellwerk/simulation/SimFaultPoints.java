package org.stellwerk.simulation;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimRandom;
import org.stellwerk.runtime.FaultPoints;

/**
 * Delays at the named points of production code. In each run every point is active with a
 * probability of a quarter, the same in all processes; an active one holds up a quarter of those
 * who reach it.
 */
final class SimFaultPoints implements FaultPoints {

  private static final double QUARTER = 0.25;
  private static final long LONGEST_MS = Duration.ofSeconds(6).toMillis();

  private final SimNode node;
  private final SimRandom world;
  private final SimRandom random;
  private final BooleanSupplier enabled;
  private final Map<String, Boolean> active = new LinkedHashMap<>();

  /**
   * The points of one process.
   *
   * @param world the run's randomness, which decides what is active
   * @param enabled whether anybody is held up at present
   */
  SimFaultPoints(SimNode node, SimRandom world, BooleanSupplier enabled) {
    this.node = node;
    this.enabled = enabled;
    this.world = world;
    this.random = node.random().fork("fault points");
  }

  @Override
  public CompletableFuture<Void> reach(String name) {
    boolean isActive =
        active.computeIfAbsent(name, each -> world.fork("point " + each).chance(QUARTER));
    if (!isActive || !enabled.getAsBoolean() || !random.chance(QUARTER)) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> passed = node.newFuture();
    node.drivers()
        .schedule(() -> passed.complete(null), random.nextLong(LONGEST_MS), TimeUnit.MILLISECONDS);
    return passed;
  }
}
