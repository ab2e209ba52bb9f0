package org.stellwerk.runtime.embedded;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.stellwerk.runtime.leaderelection.CallbackQueue;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;

/** Tells a listener once where the configuration says that the leader is. Thread-safe. */
final class StandaloneLeaderRetrieval implements LeaderRetrievalService {

  private final LeaderInformation leader;
  private final CallbackQueue callbacks;
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  StandaloneLeaderRetrieval(LeaderInformation leader, Executor io) {
    this.leader = leader;
    this.callbacks = new CallbackQueue(io);
  }

  @Override
  public void start(LeaderRetrievalListener listener) {
    Objects.requireNonNull(listener, "listener");
    if (closed.get() || !started.compareAndSet(false, true)) {
      throw new IllegalStateException("This leader retrieval was already started or closed");
    }
    callbacks.deliver(
        () -> {
          if (!closed.get()) {
            listener.notifyLeader(Optional.of(leader));
          }
        },
        listener::handleError);
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    closed.set(true);
    return callbacks.flush();
  }
}
