package org.stellwerk.runtime.leaderelection;

import java.util.UUID;

/**
 * Wants to lead. Callbacks come one at a time from a thread of the driver, never under a lock, and
 * return at once: the contender continues in its own main thread.
 */
public interface LeaderContender {

  /** The process leads, in a session that was never used before. */
  void grantLeadership(UUID leaderSessionId);

  /** The session is over; what it wrote since then was refused by the stores. */
  void revokeLeadership();

  /** The driver cannot go on: a fault. */
  void handleError(Exception exception);
}
