package org.stellwerk.runtime.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.leaderelection.LeaderContender;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderInformation;

/** An election that the test decides. */
final class TestingElection implements LeaderElection {

  final List<LeaderInformation> confirmed = new ArrayList<>();
  final Deque<Exception> confirmationFailures = new ArrayDeque<>();
  boolean closed;
  private @Nullable LeaderContender contender;
  private @Nullable UUID session;

  void grant(UUID newSession) {
    session = newSession;
    contender().grantLeadership(newSession);
  }

  void revoke() {
    session = null;
    contender().revokeLeadership();
  }

  private LeaderContender contender() {
    if (contender == null) {
      throw new IllegalStateException("Nobody contends");
    }
    return contender;
  }

  @Override
  public void startLeaderElection(LeaderContender newContender) {
    contender = newContender;
  }

  @Override
  public CompletableFuture<Void> confirmLeadership(LeaderInformation leaderInformation) {
    Exception failure = confirmationFailures.poll();
    if (failure != null) {
      return CompletableFuture.failedFuture(failure);
    }
    confirmed.add(leaderInformation);
    return FutureUtils.completedVoidFuture();
  }

  @Override
  public boolean hasLeadership(UUID leaderSessionId) {
    return leaderSessionId.equals(session);
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    closed = true;
    return FutureUtils.completedVoidFuture();
  }
}
