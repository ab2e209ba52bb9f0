package org.stellwerk.runtime.highavailability.zookeeper;

import java.util.Optional;
import java.util.UUID;

/** Knows by which node a leader session stands and falls. */
interface LatchFence {

  /** The latch node of the session, if it is the current one as far as this process knows. */
  Optional<String> latchNodeOf(UUID leaderSessionId);

  /** ZooKeeper refused a write of the session because its latch node is gone. */
  void onLatchNodeGone(UUID leaderSessionId);
}
