package org.stellwerk.runtime.dispatcher;

import java.util.List;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.JobID;

/**
 * A Dispatcher at one instant, read without changing it; for tests and the simulator.
 *
 * @param ready whether the stored jobs have been taken up
 * @param submitting jobs whose acceptance is being decided
 * @param running jobs that are accepted and whose result is not yet durable
 */
public record DispatcherSnapshot(
    DispatcherId session, boolean ready, List<JobID> submitting, List<JobID> running) {}
