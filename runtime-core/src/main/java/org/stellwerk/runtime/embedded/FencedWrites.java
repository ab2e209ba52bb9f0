package org.stellwerk.runtime.embedded;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/** Runs fenced writes on an executor. */
final class FencedWrites {

  private FencedWrites() {}

  static CompletableFuture<Void> write(
      SessionFence fence, Executor io, UUID leaderSessionId, Runnable write) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    io.execute(
        () -> {
          try {
            fence.<@Nullable Void>whileLeading(
                leaderSessionId,
                () -> {
                  write.run();
                  return null;
                });
            result.complete(null);
          } catch (NotLeaderException | RuntimeException e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }
}
