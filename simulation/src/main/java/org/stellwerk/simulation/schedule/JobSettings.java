package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.Map;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.options.RestartStrategyOptions;
import org.stellwerk.runtime.options.RestartStrategyOptions.Failover;

/**
 * A job's own configuration, and what it needs.
 *
 * @param restarts what follows a failure
 * @param jars how many files it needs; the second is one that other jobs need, too
 */
public record JobSettings(@OrElse("usual") Restarts restarts, @OrElse("0") int jars) {

  /** As a job is that sets nothing. */
  public static final JobSettings USUAL = new JobSettings(Restarts.USUAL, 0);

  /** The most files that a job needs. */
  public static final int MAX_JARS = 2;

  public JobSettings {
    if (jars < 0 || jars > MAX_JARS) {
      throw new IllegalArgumentException("a job needs 0 to " + MAX_JARS + " jars, not " + jars);
    }
  }

  /** What follows a failure. */
  public enum Restarts {
    /** What the cluster's configuration says. */
    USUAL,
    /** The end of the job. */
    NONE,
    /** Three restarts, soon. */
    FEW,
    /** A restart, later, if there are not more than two in ten seconds. */
    RARE,
    /** Two restarts, soon, and two more after each second without a failure. */
    PATIENT,
    /** A restart of all tasks, as often as needed. */
    FULL
  }

  /** What the job sets. */
  public Map<String, String> configuration() {
    Configuration usual = Configuration.empty();
    Configuration set =
        switch (restarts) {
          case USUAL -> usual;
          case NONE -> usual.with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.NONE);
          case FEW ->
              usual
                  .with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.FIXED_DELAY)
                  .with(RestartStrategyOptions.FIXED_DELAY_ATTEMPTS, 3)
                  .with(RestartStrategyOptions.FIXED_DELAY_DELAY, Duration.ofMillis(50));
          case RARE ->
              usual
                  .with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.FAILURE_RATE)
                  .with(RestartStrategyOptions.FAILURE_RATE_MAX_FAILURES, 2)
                  .with(RestartStrategyOptions.FAILURE_RATE_INTERVAL, Duration.ofSeconds(10))
                  .with(RestartStrategyOptions.FAILURE_RATE_DELAY, Duration.ofSeconds(2));
          case PATIENT ->
              usual
                  .with(RestartStrategyOptions.EXPONENTIAL_DELAY_INITIAL, Duration.ofMillis(50))
                  .with(RestartStrategyOptions.EXPONENTIAL_DELAY_MAX, Duration.ofMillis(100))
                  .with(RestartStrategyOptions.EXPONENTIAL_DELAY_ATTEMPTS, 2)
                  .with(RestartStrategyOptions.EXPONENTIAL_DELAY_RESET, Duration.ofSeconds(1));
          case FULL -> usual.with(RestartStrategyOptions.FAILOVER, Failover.FULL);
        };
    return set.toMap();
  }
}
