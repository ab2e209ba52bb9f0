package org.stellwerk.runtime.heartbeat;

/**
 * Is told when a monitored peer is gone; called in the owner's main thread, once per monitoring.
 */
public interface HeartbeatListener<I> {

  /** Nothing was heard of the peer for the whole timeout. */
  void notifyHeartbeatTimeout(I peer);

  /** Beats could not be delivered to the peer several times in a row. */
  void notifyTargetUnreachable(I peer);
}
