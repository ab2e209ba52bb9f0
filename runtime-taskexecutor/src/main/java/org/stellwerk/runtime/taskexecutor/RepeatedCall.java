package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One idempotent call to a peer, repeated until it is answered or closed: at once after a timeout,
 * after a pause when the peer could not be reached. Lives in the main thread; one timer at most.
 *
 * @param <T> the answer
 */
final class RepeatedCall<T> {

  private final Supplier<CompletableFuture<T>> call;
  private final ConnectionContext context;
  private final BiConsumer<@Nullable T, @Nullable Throwable> onAnswer;
  private @Nullable ScheduledFuture<?> timer;
  private boolean closed;

  /**
   * A call that has not been made.
   *
   * @param call makes it, each time afresh
   * @param onAnswer told once, in the main thread: the answer or the peer's refusal
   */
  RepeatedCall(
      Supplier<CompletableFuture<T>> call,
      ConnectionContext context,
      BiConsumer<@Nullable T, @Nullable Throwable> onAnswer) {
    this.call = call;
    this.context = context;
    this.onAnswer = onAnswer;
  }

  void start() {
    if (closed) {
      return;
    }
    context.orFault(
        call.get()
            .handleAsync(
                (answer, failure) -> {
                  onOutcome(answer, failure);
                  return null;
                },
                context.mainThread()));
  }

  void close() {
    closed = true;
    ScheduledFuture<?> armed = timer;
    timer = null;
    if (armed != null) {
      armed.cancel(false);
    }
  }

  private void onOutcome(@Nullable T answer, @Nullable Throwable failure) {
    if (closed) {
      return;
    }
    if (failure == null || !PeerFailures.isTransient(failure)) {
      closed = true;
      onAnswer.accept(answer, failure);
    } else if (PeerFailures.isTimeout(failure)) {
      start();
    } else {
      Duration pause = context.config().registration().errorDelay();
      timer = context.mainThread().schedule(this::start, pause.toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
