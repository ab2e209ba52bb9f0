package org.stellwerk.runtime.dispatcher;

import java.time.Duration;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.jobmaster.JobMasterConfig;
import org.stellwerk.runtime.options.JobStoreOptions;

/**
 * How a Dispatcher behaves.
 *
 * @param maxEndedJobs how many ended jobs are listed
 * @param maxEndedJobsBytes about how much memory their details may take
 * @param retryBackoff the first pause after a failed step of a clean-up; it doubles
 * @param maxRetryBackoff the longest such pause
 * @param jarRetention how long a jar that no job uses any more is kept: a client that has uploaded
 *     the same jar again may be about to submit
 */
public record DispatcherConfig(
    JobMasterConfig jobMaster,
    int maxEndedJobs,
    long maxEndedJobsBytes,
    Duration retryBackoff,
    Duration maxRetryBackoff,
    Duration jarRetention) {

  /** As configured. */
  public static DispatcherConfig from(Configuration configuration) {
    return new DispatcherConfig(
        JobMasterConfig.from(configuration),
        JobStoreOptions.capacity(configuration),
        configuration.get(JobStoreOptions.CACHE_SIZE),
        Duration.ofMillis(100),
        Duration.ofSeconds(10),
        Duration.ofSeconds(10));
  }
}
