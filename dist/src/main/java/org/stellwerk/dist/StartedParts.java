package org.stellwerk.dist;

import java.util.concurrent.CompletableFuture;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.util.AutoCloseableAsync;

/** Closes the parts of a process, each after the one before it has ended, however that went. */
final class StartedParts {

  private StartedParts() {}

  static CompletableFuture<Void> closeInOrder(AutoCloseableAsync... parts) {
    return closeInOrder(FutureUtils.completedVoidFuture(), parts);
  }

  static CompletableFuture<Void> closeInOrder(
      CompletableFuture<Void> first, AutoCloseableAsync... parts) {
    CompletableFuture<Void> closed = first;
    for (AutoCloseableAsync part : parts) {
      closed = FutureUtils.composeAfterwards(closed, Runnable::run, part::closeAsync);
    }
    return closed;
  }
}
