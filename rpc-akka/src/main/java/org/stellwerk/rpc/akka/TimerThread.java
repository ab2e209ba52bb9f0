package org.stellwerk.rpc.akka;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.util.ExceptionUtils;
import org.stellwerk.util.FatalErrorHandler;

/**
 * The timers of a service: one daemon thread; what it runs must not block. What a timer throws,
 * which its future would keep to itself, is logged, and is a fault if it leaves the process in
 * doubt.
 */
final class TimerThread implements ScheduledExecutor {

  private static final Logger LOG = LoggerFactory.getLogger(TimerThread.class);

  private final ScheduledThreadPoolExecutor executor;

  TimerThread(String name, FatalErrorHandler fatalErrors) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            runnable -> {
              Thread thread = new Thread(runnable, name);
              thread.setDaemon(true);
              return thread;
            }) {
          @Override
          protected void afterExecute(Runnable task, @Nullable Throwable unused) {
            if (task instanceof Future<?> future && future.isDone() && !future.isCancelled()) {
              reportFailure(future, fatalErrors);
            }
          }
        };
    executor.setRemoveOnCancelPolicy(true);
    // What is scheduled after the end never runs, and its caller, ending too, need not know.
    executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  private static void reportFailure(Future<?> done, FatalErrorHandler fatalErrors) {
    try {
      done.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      Throwable thrown = ExceptionUtils.stripCompletionException(e);
      if (ExceptionUtils.leavesProcessInDoubt(thrown)) {
        fatalErrors.onFatalError(thrown);
      } else {
        LOG.error("A timer has thrown.", thrown);
      }
    }
  }

  void close() {
    executor.shutdownNow();
  }

  @Override
  public void execute(Runnable command) {
    executor.execute(command);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return executor.schedule(command, delay, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    return executor.schedule(callable, delay, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return executor.scheduleAtFixedRate(command, initialDelay, period, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return executor.scheduleWithFixedDelay(command, initialDelay, delay, unit);
  }
}
