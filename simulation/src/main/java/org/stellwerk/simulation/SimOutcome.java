package org.stellwerk.simulation;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.simulation.SimZnodes.Session;

/** What an operation came to at the server, on its way to the client. */
record SimOutcome<T>(@Nullable T value, @Nullable Exception failure) {

  /** Carries the operation out. */
  static <T> SimOutcome<T> of(SimOperation<T> operation, Session session) {
    try {
      return new SimOutcome<>(operation.body().run(session), null);
    } catch (Exception e) {
      return new SimOutcome<>(null, e);
    }
  }

  /** The client cannot know what became of the operation. */
  static <T> SimOutcome<T> unknown(SimOperation<T> operation) {
    return failed(
        new StoreUnavailableException(
            "Cannot "
                + operation.what()
                + " at the coordination service: the connection is lost (the outcome is unknown;"
                + " try again)",
            null));
  }

  static <T> SimOutcome<T> failed(Exception failure) {
    return new SimOutcome<>(null, failure);
  }

  @SuppressWarnings("NullAway") // a value of null is one of Void
  void complete(CompletableFuture<T> future) {
    if (failure == null) {
      future.complete(value);
    } else {
      future.completeExceptionally(failure);
    }
  }
}
