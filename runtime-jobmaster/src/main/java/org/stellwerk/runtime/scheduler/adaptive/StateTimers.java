package org.stellwerk.runtime.scheduler.adaptive;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.stellwerk.concurrent.ScheduledExecutor;

/** The timers of the present state; all end with it. In the JobMaster's main thread. */
final class StateTimers {

  private final ScheduledExecutor mainThread;
  private final List<ScheduledFuture<?>> armed = new ArrayList<>();

  StateTimers(ScheduledExecutor mainThread) {
    this.mainThread = mainThread;
  }

  ScheduledFuture<?> arm(Duration delay, Runnable action) {
    ScheduledFuture<?> timer = mainThread.schedule(action, delay.toMillis(), TimeUnit.MILLISECONDS);
    armed.add(timer);
    return timer;
  }

  void cancelAll() {
    armed.forEach(timer -> timer.cancel(false));
    armed.clear();
  }
}
