package org.stellwerk.runtime.scheduler;

import java.time.Duration;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.RuntimeServices;

/**
 * What a scheduler is given.
 *
 * @param mainThread the JobMaster's, for delays
 * @param configuration the cluster's, overlaid by the job's
 * @param slotRequestTimeout how long the job waits for its slots
 * @param rpcTimeout of calls to TaskExecutors
 */
public record SchedulerServices(
    RuntimeServices runtime,
    ScheduledExecutor mainThread,
    Configuration configuration,
    Duration slotRequestTimeout,
    Duration rpcTimeout) {}
