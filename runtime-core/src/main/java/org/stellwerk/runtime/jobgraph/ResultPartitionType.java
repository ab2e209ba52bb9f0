package org.stellwerk.runtime.jobgraph;

/** When the consumers of an edge begin to read. */
public enum ResultPartitionType {
  /** While their producers run: both sides need slots at the same time. */
  PIPELINED,
  /**
   * Once all of their producers have finished. Until then the records are on the local disk of the
   * producer's TaskManager, where they can be read more than once.
   */
  BLOCKING;

  /** Whether the producers finish first. */
  public boolean isBlocking() {
    return this == BLOCKING;
  }
}
