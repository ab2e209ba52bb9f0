package org.stellwerk.runtime.taskexecutor;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;

/** Says what the test says. */
final class TestingLeaderRetrieval implements LeaderRetrievalService {

  private Optional<LeaderInformation> leader = Optional.empty();
  private @Nullable LeaderRetrievalListener listener;
  boolean closed;

  @Override
  public void start(LeaderRetrievalListener newListener) {
    listener = newListener;
    newListener.notifyLeader(leader);
  }

  void lead(@Nullable LeaderInformation now) {
    leader = Optional.ofNullable(now);
    LeaderRetrievalListener told = listener;
    if (told != null && !closed) {
      told.notifyLeader(leader);
    }
  }

  void reachable(boolean now) {
    LeaderRetrievalListener told = listener;
    if (told != null && !closed) {
      told.notifyReachable(now);
    }
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    closed = true;
    return CompletableFuture.completedFuture(null);
  }
}
