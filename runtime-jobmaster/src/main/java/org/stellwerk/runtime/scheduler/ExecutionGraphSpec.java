package org.stellwerk.runtime.scheduler;

import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobInformation;

/**
 * What an execution graph is made from.
 *
 * @param initializationTimestamp when the job became INITIALIZING, in milliseconds since the epoch
 */
public record ExecutionGraphSpec(
    JobGraph jobGraph, JobInformation jobInformation, long initializationTimestamp) {}
