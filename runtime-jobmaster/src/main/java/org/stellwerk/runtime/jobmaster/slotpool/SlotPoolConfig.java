package org.stellwerk.runtime.jobmaster.slotpool;

import java.time.Duration;

/**
 * How a slot pool behaves.
 *
 * @param rpcTimeout of calls to TaskExecutors
 * @param idleTimeout how long a slot that the job does not need stays in the pool
 */
public record SlotPoolConfig(Duration rpcTimeout, Duration idleTimeout) {}
