package org.stellwerk.runtime.leaderelection;

import java.util.Optional;

/** Is told who leads. Called one at a time from a thread of the driver; returns at once. */
public interface LeaderRetrievalListener {

  /** The leader, or none. Called with the current state first, then only with changes. */
  void notifyLeader(Optional<LeaderInformation> leader);

  /**
   * Whether the service that knows the leader can be asked. While it cannot, what was told last
   * stands, though it may be over by now; from the change to true on it holds again. True until
   * told otherwise.
   */
  default void notifyReachable(boolean reachable) {}

  /** The driver cannot go on: a fault. */
  void handleError(Exception exception);
}
