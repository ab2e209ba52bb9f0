package org.stellwerk.runtime.heartbeat;

import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;

class ForwardingMainThread implements ComponentMainThreadExecutor {

  private final ComponentMainThreadExecutor target;

  ForwardingMainThread(ComponentMainThreadExecutor target) {
    this.target = target;
  }

  @Override
  public void assertRunningInMainThread() {
    target.assertRunningInMainThread();
  }

  @Override
  public void execute(Runnable command) {
    target.execute(command);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return target.schedule(command, delay, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    return target.schedule(callable, delay, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return target.scheduleAtFixedRate(command, initialDelay, period, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return target.scheduleWithFixedDelay(command, initialDelay, delay, unit);
  }
}
