package org.stellwerk.simulation.run;

import java.time.Duration;
import java.util.Optional;
import org.stellwerk.simulation.schedule.Schedule;

/**
 * What became of a run.
 *
 * @param schedule what was run
 * @param failure how it failed, if it did
 * @param traceHash a hash of everything that happened, in order
 * @param events how much happened
 * @param virtualTime how long it took the simulated world
 * @param coverage what was seen on the way
 */
public record RunResult(
    Schedule schedule,
    Optional<Failure> failure,
    long traceHash,
    long events,
    Duration virtualTime,
    Coverage coverage) {}
