package org.stellwerk.runtime.registration;

import java.time.Duration;

/** How a registration is repeated; Flink's four settings. */
public record RetryingRegistrationConfig(
    Duration initialTimeout, Duration maxTimeout, Duration errorDelay, Duration refusedDelay) {}
