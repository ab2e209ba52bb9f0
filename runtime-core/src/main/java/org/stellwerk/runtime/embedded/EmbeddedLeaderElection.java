package org.stellwerk.runtime.embedded;

import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.leaderelection.LeaderContender;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderInformation;

/** One candidacy in an {@link EmbeddedHaCluster}, which decides. Thread-safe. */
final class EmbeddedLeaderElection implements LeaderElection {

  private final EmbeddedHaCluster cluster;
  private final AtomicReference<@Nullable LeaderContender> contender = new AtomicReference<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  EmbeddedLeaderElection(EmbeddedHaCluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public void startLeaderElection(LeaderContender newContender) {
    Objects.requireNonNull(newContender, "contender");
    if (closed.get() || !contender.compareAndSet(null, newContender)) {
      throw new IllegalStateException("This leader election was already started or closed");
    }
    cluster.add(this);
  }

  @Override
  public CompletableFuture<Void> confirmLeadership(LeaderInformation leaderInformation) {
    cluster.publish(this, leaderInformation);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public boolean hasLeadership(UUID leaderSessionId) {
    return cluster.hasLeadership(this, leaderSessionId);
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    closed.set(true);
    return contender.get() == null ? CompletableFuture.completedFuture(null) : cluster.remove(this);
  }

  LeaderContender contender() {
    return Objects.requireNonNull(contender.get());
  }

  void failed(Exception failure) {
    contender().handleError(failure);
  }
}
