package org.stellwerk.rpc.akka;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.util.ExceptionUtils;

/**
 * How tests on real time wait: for events, and longer than the most loaded machine needs. The
 * services' own timeouts are longer still: what fails within a test does not fail by a timeout, and
 * that shows that it fails at once, without a clock.
 */
final class Patience {

  private static final Duration LIMIT = Duration.ofMinutes(3);

  /** Longer than any test. */
  static final Duration ENDLESS = Duration.ofHours(1);

  /** The settings of a service whose calls and connects do not time out by themselves. */
  static final Configuration CONFIGURATION = withAskTimeout(ENDLESS);

  private Patience() {}

  /** With another ask timeout. */
  static Configuration withAskTimeout(Duration askTimeout) {
    return Configuration.empty()
        .with(RpcOptions.ASK_TIMEOUT.key(), askTimeout.toMillis() + " ms")
        .with(RpcOptions.LOOKUP_TIMEOUT.key(), ENDLESS.toMillis() + " ms");
  }

  /** Waits for the value; throws the future's failure itself. */
  static <T extends @Nullable Object> T await(CompletableFuture<T> future) throws Throwable {
    try {
      return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  /** Waits for the value. */
  static <T extends @Nullable Object> T get(CompletableFuture<T> future) throws Exception {
    return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  /** Waits until it is so. */
  static void until(Callable<Boolean> condition) {
    Awaitility.await().atMost(LIMIT).until(condition);
  }

  /** Waits for the failure. */
  static Throwable failure(CompletableFuture<?> future) throws Exception {
    try {
      get(future);
    } catch (ExecutionException e) {
      return ExceptionUtils.stripCompletionException(e);
    }
    throw new AssertionError("no failure");
  }
}
