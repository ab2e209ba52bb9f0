package org.stellwerk.runtime.heartbeat;

import java.util.concurrent.CompletableFuture;

/**
 * Is told when a monitored peer is gone; called in the owner's main thread, once per monitoring.
 */
public interface HeartbeatListener<I> {

  /**
   * Nothing was heard of the peer for the whole timeout: whether its process answers otherwise. The
   * last question before it is gone; must be answered soon.
   */
  CompletableFuture<Boolean> answers(I peer);

  /** Nothing was heard of the peer for the whole timeout, and it does not answer otherwise. */
  void notifyHeartbeatTimeout(I peer);

  /** Beats could not be delivered to the peer several times in a row. */
  void notifyTargetUnreachable(I peer);
}
