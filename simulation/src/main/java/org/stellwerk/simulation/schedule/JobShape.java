package org.stellwerk.simulation.schedule;

import org.stellwerk.simulation.schedule.Order.Sharing;

/**
 * The graph of a job: some vertices in a row.
 *
 * @param vertices their number; each consumes what the one before it produces, as a rule
 * @param parallelism of each
 * @param sharing how they share slots
 */
public record JobShape(int vertices, int parallelism, @OrElse("one-group") Sharing sharing) {}
