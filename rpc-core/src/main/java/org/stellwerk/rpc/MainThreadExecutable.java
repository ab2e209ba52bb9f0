package org.stellwerk.rpc;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Something that runs code in an endpoint's main thread. */
public interface MainThreadExecutable {

  /** Runs the runnable in the main thread, after what was posted before. */
  void runAsync(Runnable runnable);

  /** Calls in the main thread; the future fails with TimeoutException if that takes too long. */
  <V> CompletableFuture<V> callAsync(Callable<V> callable, Duration timeout);

  /** Runs the runnable in the main thread, no sooner than the delay in milliseconds. */
  void scheduleRunAsync(Runnable runnable, long delayMs);
}
