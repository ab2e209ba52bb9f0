package org.stellwerk.runtime;

import java.util.concurrent.CompletableFuture;

/**
 * Named places in control code where the simulator may insert a delay or a failure. In production
 * every point is passed at once.
 */
@FunctionalInterface
public interface FaultPoints {

  /** No point does anything. */
  FaultPoints NONE = name -> CompletableFuture.completedFuture(null);

  /** Completes when the caller may go on; fails if the simulator wants it to fail. */
  CompletableFuture<Void> reach(String name);

  /** A value that waits for the point: an answer on its way to the caller, say. */
  default <T> CompletableFuture<T> pass(String name, T value) {
    return reach(name).thenApply(ignored -> value);
  }
}
