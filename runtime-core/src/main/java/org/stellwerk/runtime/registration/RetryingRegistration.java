package org.stellwerk.runtime.registration;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.util.ExceptionUtils;

/**
 * Registers at one peer in one leader session: connects, calls, repeats until it is answered with
 * success or rejection, or closed. A call that times out is repeated with a doubled timeout; errors
 * and refusals are repeated after their delays. Repeats for ever: its owner closes it when the
 * leader changes. Component of one endpoint, in its main thread.
 *
 * @param <G> the peer's gateway
 */
public final class RetryingRegistration<G extends RpcGateway> {

  private static final Logger LOG = LoggerFactory.getLogger(RetryingRegistration.class);

  /** The one call that registers. */
  @FunctionalInterface
  public interface Attempt<G> {
    /** Registers once; a repetition must be harmless. */
    CompletableFuture<RegistrationResponse> register(G gateway, Duration timeout);
  }

  /** The last word of the peer. */
  public record Outcome<G>(G gateway, RegistrationResponse response) {}

  private final String targetName;
  private final Supplier<CompletableFuture<G>> connect;
  private final Attempt<G> attempt;
  private final RetryingRegistrationConfig config;
  private final ComponentMainThreadExecutor mainThread;
  private final CompletableFuture<Outcome<G>> outcome = new CompletableFuture<>();
  private @Nullable ScheduledFuture<?> retryTimer;
  private boolean closed;

  /**
   * A registration that has not begun.
   *
   * @param targetName for logs: what is registered at, and its address
   * @param connect connects to the peer; called again after a failure
   */
  public RetryingRegistration(
      String targetName,
      Supplier<CompletableFuture<G>> connect,
      Attempt<G> attempt,
      RetryingRegistrationConfig config,
      ComponentMainThreadExecutor mainThread) {
    this.targetName = targetName;
    this.connect = connect;
    this.attempt = attempt;
    this.config = config;
    this.mainThread = mainThread;
  }

  /**
   * Begins.
   *
   * @return completes in the main thread with success or rejection; fails if connecting or calling
   *     throws instead of answering with a future; never ends if closed before
   */
  public CompletableFuture<Outcome<G>> start() {
    connectAndRegister();
    return outcome;
  }

  /** As {@link #start()}, after the error delay: of a peer that has just gone, nothing is hoped. */
  public CompletableFuture<Outcome<G>> startLater() {
    later(config.errorDelay(), this::connectAndRegister);
    return outcome;
  }

  /** Ends it; nothing is called or completed any more. */
  public void close() {
    closed = true;
    ScheduledFuture<?> timer = retryTimer;
    retryTimer = null;
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private void connectAndRegister() {
    if (closed) {
      return;
    }
    begun(connect)
        .whenCompleteAsync(
            (gateway, failure) -> {
              if (closed) {
                return;
              }
              if (failure != null) {
                LOG.info(
                    "Could not connect to {}, trying again in {} ms: {}",
                    targetName,
                    config.errorDelay().toMillis(),
                    ExceptionUtils.describe(failure));
                later(config.errorDelay(), this::connectAndRegister);
              } else {
                register(gateway, config.initialTimeout());
              }
            },
            mainThread);
  }

  private void register(G gateway, Duration timeout) {
    if (closed) {
      return;
    }
    begun(() -> attempt.register(gateway, timeout))
        .whenCompleteAsync(
            (response, failure) -> {
              if (closed) {
                return;
              }
              if (failure != null) {
                onError(gateway, timeout, failure);
              } else if (response instanceof RegistrationResponse.Failure refused) {
                LOG.info("{} declined the registration for now: {}", targetName, refused.reason());
                later(config.refusedDelay(), () -> register(gateway, config.initialTimeout()));
              } else {
                outcome.complete(new Outcome<>(gateway, response));
              }
            },
            mainThread);
  }

  /** What throws will throw again: it ends the registration. */
  private <T> CompletableFuture<T> begun(Supplier<CompletableFuture<T>> step) {
    try {
      return step.get();
    } catch (RuntimeException e) {
      closed = true;
      outcome.completeExceptionally(e);
      return CompletableFuture.failedFuture(e);
    }
  }

  private void onError(G gateway, Duration timeout, Throwable failure) {
    if (ExceptionUtils.stripCompletionException(failure) instanceof TimeoutException) {
      Duration doubled = timeout.multipliedBy(2);
      Duration next = doubled.compareTo(config.maxTimeout()) > 0 ? config.maxTimeout() : doubled;
      LOG.debug("Registration at {} had no answer within {} ms.", targetName, timeout.toMillis());
      register(gateway, next);
      return;
    }
    LOG.info(
        "Registration at {} failed, trying again in {} ms: {}",
        targetName,
        config.errorDelay().toMillis(),
        ExceptionUtils.describe(failure));
    later(config.errorDelay(), this::connectAndRegister);
  }

  private void later(Duration delay, Runnable step) {
    retryTimer =
        mainThread.schedule(
            () -> {
              retryTimer = null;
              step.run();
            },
            delay.toMillis(),
            TimeUnit.MILLISECONDS);
  }
}
