package org.stellwerk.runtime.jobgraph;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * Records flow from one vertex to another. The inputs of a vertex are numbered in the order in
 * which its incoming edges stand in the graph, its outputs likewise.
 *
 * @param resultType whether the consumers wait until the producers have finished
 */
public record JobEdge(
    JobVertexID source,
    JobVertexID target,
    ShipStrategy shipStrategy,
    ResultPartitionType resultType) {

  /** What was stored before there was a choice is pipelined. */
  public JobEdge(
      JobVertexID source,
      JobVertexID target,
      ShipStrategy shipStrategy,
      @Nullable ResultPartitionType resultType) {
    this.source = source;
    this.target = target;
    this.shipStrategy = shipStrategy;
    this.resultType = resultType == null ? ResultPartitionType.PIPELINED : resultType;
  }

  /** A pipelined edge. */
  public JobEdge(JobVertexID source, JobVertexID target, ShipStrategy shipStrategy) {
    this(source, target, shipStrategy, ResultPartitionType.PIPELINED);
  }
}
