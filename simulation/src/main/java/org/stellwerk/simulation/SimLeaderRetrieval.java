package org.stellwerk.simulation;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;

/** Tells one listener who leads, as far as its process knows. */
final class SimLeaderRetrieval implements LeaderRetrievalService {

  private final SimHaServices services;
  private @Nullable LeaderRetrievalListener listener;
  private Optional<LeaderInformation> told = Optional.empty();
  private boolean toldOnce;
  private boolean closed;

  SimLeaderRetrieval(SimHaServices services) {
    this.services = services;
  }

  @Override
  public void start(LeaderRetrievalListener newListener) {
    if (listener != null || closed) {
      throw new IllegalStateException("The leader retrieval was begun or closed before");
    }
    listener = newListener;
    services.addRetrieval(this);
  }

  void onLeader(Optional<LeaderInformation> leader) {
    if (!closed && listener != null && !(toldOnce && leader.equals(told))) {
      toldOnce = true;
      told = leader;
      listener.notifyLeader(leader);
    }
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    closed = true;
    services.removeRetrieval(this);
    return CompletableFuture.completedFuture(null);
  }
}
