package org.stellwerk.simulation;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.leaderelection.CallbackQueue;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;

/**
 * Tells one listener who leads, as far as its process knows. While the service cannot be reached,
 * what was told last stands. Of several changes in a row it may see the last only.
 */
final class SimLeaderRetrieval implements LeaderRetrievalService {

  private final SimHaServices services;
  private final CallbackQueue callbacks;
  private @Nullable LeaderRetrievalListener listener;
  private Optional<LeaderInformation> told = Optional.empty();
  private boolean toldOnce;
  private boolean reachable = true;
  private boolean closed;

  SimLeaderRetrieval(SimHaServices services, Executor io) {
    this.services = services;
    this.callbacks = new CallbackQueue(io);
  }

  @Override
  public void start(LeaderRetrievalListener newListener) {
    if (listener != null || closed) {
      throw new IllegalStateException("The leader retrieval was begun or closed before");
    }
    listener = newListener;
    services.begin(this);
  }

  /** What the leader's node holds, as read now. */
  void onLeader(Optional<LeaderInformation> leader) {
    callbacks.execute(
        () -> {
          tell(leader);
          tellReachable(true);
        });
  }

  /** It cannot be read now. */
  void onUnreachable() {
    callbacks.execute(() -> tellReachable(false));
  }

  private void tellReachable(boolean now) {
    if (!closed && listener != null && now != reachable) {
      reachable = now;
      listener.notifyReachable(now);
    }
  }

  private void tell(Optional<LeaderInformation> leader) {
    if (!closed && listener != null && !(toldOnce && leader.equals(told))) {
      toldOnce = true;
      told = leader;
      listener.notifyLeader(leader);
    }
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    closed = true;
    services.end(this);
    return callbacks.flush();
  }
}
