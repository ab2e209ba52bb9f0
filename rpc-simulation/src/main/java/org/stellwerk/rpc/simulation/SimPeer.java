package org.stellwerk.rpc.simulation;

import org.jspecify.annotations.Nullable;

/**
 * Another process as one process knows it, from a handshake on until it is taken for gone. Gateways
 * belong to a peer, and none of them works again afterwards, even if the process lives.
 */
final class SimPeer {

  private final SimNode node;
  private @Nullable String whyGone;

  SimPeer(SimNode node) {
    this.node = node;
  }

  SimNode node() {
    return node;
  }

  /** Null while it is there, as far as is known. */
  @Nullable String whyGone() {
    return whyGone;
  }

  /** Whether it was not gone before. */
  boolean markGone(String why) {
    if (whyGone != null) {
      return false;
    }
    whyGone = why;
    return true;
  }
}
