package org.stellwerk.runtime;

import java.util.concurrent.Executor;
import org.stellwerk.time.Clock;
import org.stellwerk.util.FatalErrorHandler;
import org.stellwerk.util.IdGenerator;
import org.stellwerk.util.RandomSource;

/**
 * What every component of a process may use and must not make for itself.
 *
 * @param io runs what may block; continue its futures on the main thread
 */
public record RuntimeServices(
    Clock clock,
    IdGenerator ids,
    RandomSource random,
    Executor io,
    FatalErrorHandler fatalErrorHandler,
    FaultPoints faultPoints,
    TransitionObserver transitions) {}
