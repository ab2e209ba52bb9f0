package org.stellwerk.runtime.executiongraph;

import java.time.Duration;
import org.stellwerk.time.Clock;
import org.stellwerk.util.FatalErrorHandler;

/**
 * What executions need from outside.
 *
 * @param rpcTimeout of calls to TaskExecutors
 * @param listener hears of transitions
 * @param fatalErrorHandler where faults in callbacks go
 */
public record ExecutionContext(
    Clock clock,
    Duration rpcTimeout,
    ExecutionListener listener,
    FatalErrorHandler fatalErrorHandler) {}
