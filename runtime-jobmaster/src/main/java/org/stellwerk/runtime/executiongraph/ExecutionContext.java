package org.stellwerk.runtime.executiongraph;

import java.time.Duration;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.time.Clock;
import org.stellwerk.util.FatalErrorHandler;

/**
 * What executions need from outside.
 *
 * @param rpcTimeout of calls to TaskExecutors
 * @param listener acts on transitions of executions
 * @param fatalErrorHandler where faults in callbacks go
 * @param transitions takes note of transitions, those of the job included
 */
public record ExecutionContext(
    Clock clock,
    Duration rpcTimeout,
    ExecutionListener listener,
    FatalErrorHandler fatalErrorHandler,
    TransitionObserver transitions) {}
