package org.stellwerk.runtime.embedded;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;

/** Tells one listener who leads an {@link EmbeddedHaCluster}. Thread-safe. */
final class EmbeddedLeaderRetrieval implements LeaderRetrievalService {

  private final EmbeddedHaCluster cluster;
  private final AtomicReference<@Nullable LeaderRetrievalListener> listener =
      new AtomicReference<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  EmbeddedLeaderRetrieval(EmbeddedHaCluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public void start(LeaderRetrievalListener newListener) {
    Objects.requireNonNull(newListener, "listener");
    if (closed.get() || !listener.compareAndSet(null, newListener)) {
      throw new IllegalStateException("This leader retrieval was already started or closed");
    }
    cluster.add(this);
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    closed.set(true);
    return listener.get() == null ? CompletableFuture.completedFuture(null) : cluster.remove(this);
  }

  void notifyLeader(Optional<LeaderInformation> leader) {
    if (!closed.get()) {
      Objects.requireNonNull(listener.get()).notifyLeader(leader);
    }
  }

  void failed(Exception failure) {
    if (!closed.get()) {
      Objects.requireNonNull(listener.get()).handleError(failure);
    }
  }
}
