package org.stellwerk.rpc.simulation;

import org.jspecify.annotations.Nullable;

/** The way from one node to another, in one direction; outlives incarnations. */
final class SimLink {

  private SimNetwork.Status status = SimNetwork.Status.CONNECTED;
  private @Nullable SimLatency latency;
  private int epoch;

  SimNetwork.Status status() {
    return status;
  }

  /** Changes with each loss of the connection: what was in flight before is lost. */
  int epoch() {
    return epoch;
  }

  void setStatus(SimNetwork.Status newStatus) {
    if (status == SimNetwork.Status.CONNECTED && newStatus != status) {
      epoch++;
    }
    status = newStatus;
  }

  @Nullable SimLatency latency() {
    return latency;
  }

  void setLatency(@Nullable SimLatency newLatency) {
    latency = newLatency;
  }
}
