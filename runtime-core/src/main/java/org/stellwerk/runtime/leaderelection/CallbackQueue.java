package org.stellwerk.runtime.leaderelection;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Delivers the callbacks of an election or retrieval one at a time and in the order in which they
 * were handed over, on an executor of others, holding no lock. Thread-safe. The executor must not
 * run in the calling thread: drivers hand callbacks over while they hold their own locks. Once the
 * executor refuses work, which means that the process ends, what is left is dropped.
 */
public final class CallbackQueue implements Executor {

  private final Executor executor;
  private final Queue<Runnable> callbacks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pending = new AtomicInteger();
  private volatile boolean refused;

  /** A queue that delivers on the executor. */
  public CallbackQueue(Executor executor) {
    this.executor = executor;
  }

  /** Delivers a callback; what it throws is handed to the handler. */
  public void deliver(Runnable callback, Consumer<Exception> onFailure) {
    execute(
        () -> {
          try {
            callback.run();
          } catch (RuntimeException e) {
            onFailure.accept(e);
          }
        });
  }

  /** Delivers a callback that does not throw. */
  @Override
  public void execute(Runnable callback) {
    callbacks.add(callback);
    if (refused) {
      drop();
    } else if (pending.getAndIncrement() == 0) {
      try {
        executor.execute(this::drain);
      } catch (RejectedExecutionException e) {
        refused = true;
        drop();
      }
    }
  }

  /** Completes once everything that was handed over before has been delivered or dropped. */
  public CompletableFuture<Void> flush() {
    Flush flush = new Flush(new CompletableFuture<>());
    execute(flush);
    return flush.done();
  }

  private void drop() {
    for (Runnable next = callbacks.poll(); next != null; next = callbacks.poll()) {
      if (next instanceof Flush flush) {
        flush.run();
      }
    }
  }

  private void drain() {
    do {
      Runnable next = callbacks.poll();
      if (next != null) {
        next.run();
      }
    } while (pending.decrementAndGet() > 0);
  }

  private record Flush(CompletableFuture<Void> done) implements Runnable {
    @Override
    public void run() {
      done.complete(null);
    }
  }
}
