package org.stellwerk.runtime.scheduler.adaptive;

import java.time.Duration;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.options.AdaptiveSchedulerOptions;
import org.stellwerk.runtime.options.JobManagerOptions;

/**
 * When an adaptive job goes on with fewer slots than it wants, and when it is rescaled.
 *
 * @param resourceWaitTimeout how long it waits for the slots that its lower bounds need
 * @param submissionStabilizationTimeout how long a job that does not run waits for more slots than
 *     these
 * @param cooldown how long a job runs before it is rescaled
 * @param executingStabilizationTimeout how long a job that runs waits for still more slots
 * @param minParallelismIncrease how many subtasks more are worth a restart
 * @param reconciliationTimeout how long a job waits for its tasks under a new leader
 */
record AdaptiveSettings(
    Duration resourceWaitTimeout,
    Duration submissionStabilizationTimeout,
    Duration cooldown,
    Duration executingStabilizationTimeout,
    int minParallelismIncrease,
    Duration reconciliationTimeout) {

  AdaptiveSettings {
    if (minParallelismIncrease < 1) {
      throw new IllegalConfigurationException(
          AdaptiveSchedulerOptions.MIN_PARALLELISM_INCREASE.key()
              + " must be at least 1, but is "
              + minParallelismIncrease);
    }
  }

  /**
   * As configured.
   *
   * @param configuration the cluster's, overlaid by the job's
   */
  static AdaptiveSettings from(Configuration configuration) {
    return new AdaptiveSettings(
        configuration.get(AdaptiveSchedulerOptions.RESOURCE_WAIT_TIMEOUT),
        configuration.get(AdaptiveSchedulerOptions.SUBMISSION_STABILIZATION_TIMEOUT),
        configuration.get(AdaptiveSchedulerOptions.COOLDOWN),
        configuration.get(AdaptiveSchedulerOptions.EXECUTING_STABILIZATION_TIMEOUT),
        configuration.get(AdaptiveSchedulerOptions.MIN_PARALLELISM_INCREASE),
        configuration.get(JobManagerOptions.RECONCILIATION_TIMEOUT));
  }
}
