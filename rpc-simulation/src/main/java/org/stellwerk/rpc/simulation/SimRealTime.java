package org.stellwerk.rpc.simulation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets virtual time follow real time in a thread of its own, so that code with threads can meet the
 * simulated world: the contract suites, which run on real drivers as well, or a demonstration. Such
 * a run is not deterministic. Whoever touches the world stops it for that moment.
 */
public final class SimRealTime implements AutoCloseable {

  private static final long PAUSE_NANOS = 200_000;

  private final SimScheduler scheduler;
  private final ReentrantLock world = new ReentrantLock(true);
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;

  /** Time runs from now on. */
  public SimRealTime(SimScheduler scheduler) {
    this.scheduler = scheduler;
    this.thread = new Thread(this::run, "simulated world");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    long last = System.nanoTime();
    while (!closed && failure == null) {
      long now = System.nanoTime();
      long elapsed = now - last;
      last = now;
      try {
        call(
            () -> {
              scheduler.runFor(Duration.ofNanos(elapsed));
              return true;
            });
      } catch (Throwable t) {
        failure = t;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Calls while the world stands still. */
  public <T extends @Nullable Object> T call(Callable<T> code) throws Exception {
    world.lock();
    try {
      scheduler.ownedBy(Thread.currentThread());
      return code.call();
    } finally {
      scheduler.ownedBy(null);
      world.unlock();
    }
  }

  /** The object, each of whose methods stops the world; what they return is shared likewise. */
  public <T> T share(Class<T> type, T object) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> invoke(proxy, object, method, arguments)));
  }

  private @Nullable Object invoke(
      Object proxy, Object object, Method method, @Nullable Object[] arguments) throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return switch (method.getName()) {
        case "equals" -> proxy == arguments[0];
        case "hashCode" -> System.identityHashCode(object);
        default -> "shared " + object;
      };
    }
    try {
      method.setAccessible(true);
      Object result = call(() -> method.invoke(object, arguments));
      Class<?> type = method.getReturnType();
      boolean foreign = type.getPackageName().startsWith("java.");
      return result == null || foreign || !type.isInterface() ? result : shareAs(type, result);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private <T> T shareAs(Class<T> type, Object object) {
    return share(type, type.cast(object));
  }

  /** Stops time; fails if the simulation did. */
  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Throwable thrown = failure;
    if (thrown != null) {
      throw new AssertionError("The simulation failed", thrown);
    }
  }
}
