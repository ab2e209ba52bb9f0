package org.stellwerk.runtime.jobgraph;

/** How the records of a producer's subtasks reach the subtasks of a consumer. */
public enum ShipStrategy {
  /** Subtask i to subtask i; both sides must have the same parallelism. */
  FORWARD,
  /** Each producer's subtask deals its records to all consumers in turn. */
  REBALANCE,
  /** Records of equal key to the same subtask. */
  HASH,
  /** Every record to every subtask. */
  BROADCAST;

  /** Whether a consumer's subtask reads from one producer only. */
  public boolean isPointwise() {
    return this == FORWARD;
  }
}
