package org.stellwerk.runtime.scheduler.failover;

import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.options.RestartStrategyOptions;
import org.stellwerk.util.RandomSource;

/** Makes the strategy that a configuration names. */
public final class RestartBackoffTimeStrategies {

  private RestartBackoffTimeStrategies() {}

  /**
   * A new strategy for one job.
   *
   * @param configuration the cluster's, overlaid by the job's
   * @throws IllegalConfigurationException if a value is out of its bounds
   */
  public static RestartBackoffTimeStrategy from(Configuration configuration, RandomSource random) {
    try {
      return switch (configuration.get(RestartStrategyOptions.TYPE)) {
        case NONE -> new NoRestartBackoffTimeStrategy();
        case FIXED_DELAY ->
            new FixedDelayRestartBackoffTimeStrategy(
                configuration.get(RestartStrategyOptions.FIXED_DELAY_ATTEMPTS),
                configuration.get(RestartStrategyOptions.FIXED_DELAY_DELAY));
        case FAILURE_RATE ->
            new FailureRateRestartBackoffTimeStrategy(
                configuration.get(RestartStrategyOptions.FAILURE_RATE_MAX_FAILURES),
                configuration.get(RestartStrategyOptions.FAILURE_RATE_INTERVAL),
                configuration.get(RestartStrategyOptions.FAILURE_RATE_DELAY));
        case EXPONENTIAL_DELAY ->
            new ExponentialDelayRestartBackoffTimeStrategy(backoff(configuration), random);
      };
    } catch (IllegalArgumentException e) {
      throw new IllegalConfigurationException(String.valueOf(e.getMessage()), e);
    }
  }

  private static ExponentialDelayRestartBackoffTimeStrategy.Backoff backoff(
      Configuration configuration) {
    return new ExponentialDelayRestartBackoffTimeStrategy.Backoff(
        configuration.get(RestartStrategyOptions.EXPONENTIAL_DELAY_INITIAL),
        configuration.get(RestartStrategyOptions.EXPONENTIAL_DELAY_MAX),
        configuration.get(RestartStrategyOptions.EXPONENTIAL_DELAY_MULTIPLIER),
        configuration.get(RestartStrategyOptions.EXPONENTIAL_DELAY_RESET),
        configuration.get(RestartStrategyOptions.EXPONENTIAL_DELAY_JITTER),
        configuration.get(RestartStrategyOptions.EXPONENTIAL_DELAY_ATTEMPTS));
  }
}
