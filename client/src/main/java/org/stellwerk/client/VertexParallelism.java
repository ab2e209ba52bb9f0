package org.stellwerk.client;

import org.stellwerk.runtime.id.JobVertexID;

/**
 * A vertex of an adaptive job, and the bounds between which its parallelism is chosen, both
 * inclusive.
 */
public record VertexParallelism(JobVertexID id, String name, int lowerBound, int upperBound) {

  /** The vertex with other bounds. */
  public VertexParallelism withBounds(int lower, int upper) {
    return new VertexParallelism(id, name, lower, upper);
  }
}
