package org.stellwerk.runtime.leaderelection;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.util.AutoCloseableAsync;

/**
 * One process's candidacy. Closing ends it: the contender is revoked if it leads, and its published
 * information is removed, if it still is its own.
 */
public interface LeaderElection extends AutoCloseableAsync {

  /**
   * Begins to contend; once per election.
   *
   * @throws IllegalStateException if it was begun or closed before
   */
  void startLeaderElection(LeaderContender contender);

  /**
   * Publishes where the leader is, once its components serve. A confirmation for a session that is
   * not the current one changes nothing.
   */
  CompletableFuture<Void> confirmLeadership(LeaderInformation leaderInformation);

  /** Whether this process leads in the session, as far as it knows. */
  boolean hasLeadership(UUID leaderSessionId);
}
