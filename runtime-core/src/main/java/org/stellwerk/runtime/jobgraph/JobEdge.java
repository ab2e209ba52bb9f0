package org.stellwerk.runtime.jobgraph;

import org.stellwerk.runtime.id.JobVertexID;

/**
 * Records flow from one vertex to another. The inputs of a vertex are numbered in the order in
 * which its incoming edges stand in the graph, its outputs likewise.
 */
public record JobEdge(JobVertexID source, JobVertexID target, ShipStrategy shipStrategy) {}
