package org.stellwerk.runtime.scheduler;

import java.time.Duration;
import org.stellwerk.runtime.RuntimeServices;

/**
 * What a scheduler is given.
 *
 * @param slotRequestTimeout how long the job waits for its slots
 * @param rpcTimeout of calls to TaskExecutors
 */
public record SchedulerServices(
    RuntimeServices runtime, Duration slotRequestTimeout, Duration rpcTimeout) {}
