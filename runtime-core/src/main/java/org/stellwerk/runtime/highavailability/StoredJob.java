package org.stellwerk.runtime.highavailability;

import java.util.Optional;
import org.stellwerk.runtime.jobgraph.JobGraph;

/**
 * A job as a store gives it back.
 *
 * @param progress what it had reached; empty if nothing was stored of it
 */
public record StoredJob(JobGraph graph, Optional<JobProgress> progress) {}
