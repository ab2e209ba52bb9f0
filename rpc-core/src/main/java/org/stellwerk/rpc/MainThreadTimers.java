package org.stellwerk.rpc;

import java.io.Closeable;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.annotation.NotSimulated;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.concurrent.ScheduledExecutor;

/**
 * Timers whose callbacks run in an endpoint's main thread. A timer that was cancelled, or whose
 * endpoint has closed, never fires: the state is checked again in the main thread.
 */
@NotSimulated("guards its set of open timers, which callers outside the main thread may add to")
class MainThreadTimers implements ComponentMainThreadExecutor, Closeable {

  private final MainThreadExecutable gateway;
  private final Runnable mainThreadCheck;
  private final String endpointId;
  private final ScheduledExecutor timers;
  private final Set<MainThreadTimer<?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  MainThreadTimers(
      MainThreadExecutable gateway,
      Runnable mainThreadCheck,
      String endpointId,
      ScheduledExecutor timers) {
    this.gateway = gateway;
    this.mainThreadCheck = mainThreadCheck;
    this.endpointId = endpointId;
    this.timers = timers;
  }

  @Override
  public void assertRunningInMainThread() {
    mainThreadCheck.run();
  }

  @Override
  public void execute(Runnable command) {
    gateway.runAsync(command);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return arm(new MainThreadTimer<>(command), delay, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    return arm(new MainThreadTimer<>(callable), delay, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException(
        "Endpoint " + endpointId + ": a main thread timer arms itself again in its callback");
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return scheduleAtFixedRate(command, initialDelay, delay, unit);
  }

  private <V> ScheduledFuture<V> arm(MainThreadTimer<V> timer, long delay, TimeUnit unit) {
    open.add(timer);
    if (closed) {
      timer.cancel(false);
      return timer;
    }
    timer.armed(timers.schedule(() -> gateway.runAsync(timer), delay, unit));
    return timer;
  }

  @Override
  public void close() {
    closed = true;
    open.forEach(timer -> timer.cancel(false));
    open.clear();
  }

  private final class MainThreadTimer<V> extends FutureTask<V> implements ScheduledFuture<V> {

    private volatile @Nullable ScheduledFuture<?> timer;
    private volatile @Nullable Throwable failure;

    MainThreadTimer(Runnable command) {
      super(command, null);
    }

    MainThreadTimer(Callable<V> callable) {
      super(callable);
    }

    void armed(ScheduledFuture<?> scheduled) {
      timer = scheduled;
      if (isCancelled()) {
        scheduled.cancel(false);
      }
    }

    @Override
    public void run() {
      super.run();
      // A callback that throws is a fault of the endpoint, not of the timer: let it surface there.
      Throwable thrown = failure;
      if (thrown != null) {
        throw new IllegalStateException("A timer of endpoint " + endpointId + " failed", thrown);
      }
    }

    @Override
    protected void setException(Throwable thrown) {
      failure = thrown;
      super.setException(thrown);
    }

    @Override
    protected void done() {
      open.remove(this);
      ScheduledFuture<?> scheduled = timer;
      if (isCancelled() && scheduled != null) {
        scheduled.cancel(false);
      }
    }

    @Override
    public long getDelay(TimeUnit unit) {
      ScheduledFuture<?> scheduled = timer;
      return scheduled == null ? 0 : scheduled.getDelay(unit);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }
}
