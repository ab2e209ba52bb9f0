package org.stellwerk.simulation;

import java.time.Duration;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.options.HighAvailabilityOptions;

/**
 * How patient a client of the coordination service is: the options of the real driver.
 *
 * @param sessionTimeout how long the server keeps a silent session
 * @param connectionTimeout how long an attempt of an operation waits for a connection
 * @param retryWait the first pause between two attempts of an operation
 * @param maxRetries how often an operation is repeated
 */
record SimClientConfig(
    Duration sessionTimeout, Duration connectionTimeout, Duration retryWait, int maxRetries) {

  private static final int RETRY_WAIT_LIMIT_MS = 3000;

  static SimClientConfig of(Configuration configuration) {
    Duration session = configuration.get(HighAvailabilityOptions.ZOOKEEPER_SESSION_TIMEOUT);
    Duration connection = configuration.get(HighAvailabilityOptions.ZOOKEEPER_CONNECTION_TIMEOUT);
    return new SimClientConfig(
        session,
        connection.compareTo(session) < 0 ? connection : session,
        configuration.get(HighAvailabilityOptions.ZOOKEEPER_RETRY_WAIT),
        configuration.get(HighAvailabilityOptions.ZOOKEEPER_MAX_RETRY_ATTEMPTS));
  }

  /** A client that hears nothing for so long gives its connection up. */
  Duration readTimeout() {
    return sessionTimeout.multipliedBy(2).dividedBy(3);
  }

  /** A client that has said nothing for so long says that it is there. */
  Duration pingInterval() {
    return sessionTimeout.dividedBy(3);
  }

  Duration longestRetryWait() {
    return Duration.ofMillis(Math.max(RETRY_WAIT_LIMIT_MS, retryWait.toMillis()));
  }
}
