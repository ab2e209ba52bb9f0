package org.stellwerk.runtime.dispatcher;

import java.time.Duration;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.jobmaster.JobMasterConfig;

/**
 * How a Dispatcher behaves.
 *
 * @param maxEndedJobs how many ended jobs are kept in memory
 * @param retryBackoff the first pause after a failed step of a clean-up; it doubles
 * @param maxRetryBackoff the longest such pause
 * @param jarRetention how long a jar that no job uses any more is kept: a client that has uploaded
 *     the same jar again may be about to submit
 */
public record DispatcherConfig(
    JobMasterConfig jobMaster,
    int maxEndedJobs,
    Duration retryBackoff,
    Duration maxRetryBackoff,
    Duration jarRetention) {

  /** As configured. */
  public static DispatcherConfig from(Configuration configuration) {
    return new DispatcherConfig(
        JobMasterConfig.from(configuration),
        1000,
        Duration.ofMillis(100),
        Duration.ofSeconds(10),
        Duration.ofSeconds(10));
  }
}
