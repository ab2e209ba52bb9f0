package org.stellwerk.client;

import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;

/** A blocking edge of which only the source is known: {@link Vertex#blocking()}. */
public final class BlockingEdge {

  private final Vertex source;

  BlockingEdge(Vertex source) {
    this.source = source;
  }

  /** Subtask i sends to subtask i; both sides need the same parallelism. Returns the target. */
  public Vertex forward(Vertex target) {
    return connect(target, ShipStrategy.FORWARD);
  }

  /** Records are dealt to all subtasks in turn. Returns the target. */
  public Vertex rebalance(Vertex target) {
    return connect(target, ShipStrategy.REBALANCE);
  }

  /** Records of equal key go to the same subtask. Returns the target. */
  public Vertex hash(Vertex target) {
    return connect(target, ShipStrategy.HASH);
  }

  /** Every record goes to every subtask; it is stored once. Returns the target. */
  public Vertex broadcast(Vertex target) {
    return connect(target, ShipStrategy.BROADCAST);
  }

  private Vertex connect(Vertex target, ShipStrategy strategy) {
    return source.connect(target, strategy, ResultPartitionType.BLOCKING);
  }
}
