package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.time.Clock;

/**
 * Makes tasks end: tells each, interrupts it until it has ended, and reports it once, with its
 * stack, to its owner and in the log, if that takes too long. One for all tasks, so that the
 * cancellation of a wide job arms two timers, and not two for each task. In the TaskExecutor's main
 * thread.
 */
final class CancellationWatch {

  private static final Logger LOG = LoggerFactory.getLogger(CancellationWatch.class);

  /** A task that is to end. */
  static final class Ending {
    private final Supplier<String> name;
    private final TaskHandle handle;
    private final Consumer<String> onStuck;

    /**
     * Not begun yet.
     *
     * @param name for people
     * @param onStuck given the stack of a task that does not end in time
     */
    Ending(Supplier<String> name, TaskHandle handle, Consumer<String> onStuck) {
      this.name = name;
      this.handle = handle;
      this.onStuck = onStuck;
    }
  }

  private final TaskExecutorConfig.Timeouts timeouts;
  private final FixedDelay<Ending> toInterrupt;
  private final FixedDelay<Ending> toReport;

  /** Watches nothing. */
  CancellationWatch(
      TaskExecutorConfig.Timeouts timeouts, ComponentMainThreadExecutor mainThread, Clock clock) {
    this.timeouts = timeouts;
    this.toInterrupt =
        new FixedDelay<>(timeouts.cancellationInterval(), mainThread, clock, this::interruptAgain);
    this.toReport = new FixedDelay<>(timeouts.cancellation(), mainThread, clock, this::report);
  }

  /** How long it may take until a task is reported. */
  Duration timeout() {
    return timeouts.cancellation();
  }

  /** Tells the task to end, and begins to watch that it does. */
  void start(Ending ending) {
    ending.handle.cancel();
    ending.handle.interrupt();
    toInterrupt.add(ending);
    if (!timeouts.cancellation().isZero()) {
      toReport.add(ending);
    }
  }

  /** The task has ended. */
  void stop(Ending ending) {
    toInterrupt.remove(ending);
    toReport.remove(ending);
  }

  private void interruptAgain(Ending ending) {
    ending.handle.interrupt();
    toInterrupt.add(ending);
  }

  private void report(Ending ending) {
    String stack = ending.handle.stackTrace();
    LOG.error(
        "Task {} did not end within {} ms of being cancelled; it ignores interruption here:\n{}",
        ending.name.get(),
        timeouts.cancellation().toMillis(),
        stack);
    ending.onStuck.accept(stack);
  }
}
