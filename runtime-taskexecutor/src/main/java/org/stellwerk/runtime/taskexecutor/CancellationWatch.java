package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;

/**
 * Makes one task end: tells it, interrupts it until it has ended, and reports it once, with its
 * stack, to its owner and in the log, if that takes too long. Runs in the TaskExecutor's main
 * thread; its owner stops it when the task has ended.
 */
final class CancellationWatch {

  private static final Logger LOG = LoggerFactory.getLogger(CancellationWatch.class);

  private final String taskName;
  private final TaskHandle handle;
  private final Consumer<String> stuckListener;
  private final TaskExecutorConfig.Timeouts timeouts;
  private final ComponentMainThreadExecutor mainThread;
  private @Nullable ScheduledFuture<?> interruptTimer;
  private @Nullable ScheduledFuture<?> reportTimer;
  private boolean stopped;

  /**
   * A watch that has not begun.
   *
   * @param stuckListener given the stack of a task that does not end in time
   */
  CancellationWatch(
      String taskName,
      TaskHandle handle,
      TaskExecutorConfig.Timeouts timeouts,
      ComponentMainThreadExecutor mainThread,
      Consumer<String> stuckListener) {
    this.taskName = taskName;
    this.handle = handle;
    this.stuckListener = stuckListener;
    this.timeouts = timeouts;
    this.mainThread = mainThread;
  }

  void start() {
    handle.cancel();
    interrupt();
    Duration timeout = timeouts.cancellation();
    if (!timeout.isZero()) {
      reportTimer = mainThread.schedule(this::reportStuck, timeout.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  void stop() {
    stopped = true;
    cancel(interruptTimer);
    cancel(reportTimer);
    interruptTimer = null;
    reportTimer = null;
  }

  private void interrupt() {
    if (stopped) {
      return;
    }
    handle.interrupt();
    interruptTimer =
        mainThread.schedule(
            this::interrupt, timeouts.cancellationInterval().toNanos(), TimeUnit.NANOSECONDS);
  }

  private void reportStuck() {
    if (!stopped) {
      String stack = handle.stackTrace();
      LOG.error(
          "Task {} did not end within {} ms of being cancelled; it ignores interruption here:\n{}",
          taskName,
          timeouts.cancellation().toMillis(),
          stack);
      stuckListener.accept(stack);
    }
  }

  private static void cancel(@Nullable ScheduledFuture<?> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
