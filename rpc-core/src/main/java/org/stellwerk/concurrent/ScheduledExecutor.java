package org.stellwerk.concurrent;

import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * An executor with timers. Callbacks run on a thread of the executor's choosing: control code only
 * uses them to post to an endpoint's main thread.
 */
public interface ScheduledExecutor extends Executor {

  /** Runs the command once, no sooner than the delay. */
  ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit);

  /** Calls once, no sooner than the delay; the future has the value. */
  <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit);

  /** Runs the command every period, measured from start to start. */
  ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit);

  /** Runs the command again and again, the delay measured from end to start. */
  ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit);
}
