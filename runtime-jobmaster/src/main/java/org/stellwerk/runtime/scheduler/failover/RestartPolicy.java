package org.stellwerk.runtime.scheduler.failover;

import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.util.RandomSource;

/**
 * Whether and when a job's tasks are started again after an incident: never if the failure would
 * come again, else when the back-off strategy says. Component of a scheduler; soft state.
 */
public final class RestartPolicy {

  private final RestartBackoffTimeStrategy backoff;

  RestartPolicy(RestartBackoffTimeStrategy backoff) {
    this.backoff = backoff;
  }

  /**
   * The policy of one job.
   *
   * @param configuration the cluster's, overlaid by the job's
   */
  public static RestartPolicy from(Configuration configuration, RandomSource random) {
    return new RestartPolicy(RestartBackoffTimeStrategies.from(configuration, random));
  }

  /** Whether tasks may be started again because somebody wants them elsewhere. */
  public boolean allowsMoves() {
    return backoff.onIntendedEnd() instanceof RestartBackoffTimeStrategy.RestartAfter;
  }

  /**
   * What follows an incident; each call counts one, unless what happened was intended.
   *
   * @param cause the failure that explains the others
   * @param nowMs a monotonic time in milliseconds
   */
  public RestartBackoffTimeStrategy.Decision decide(SerializedThrowable cause, long nowMs) {
    if (FailureKinds.isUnrecoverable(cause)) {
      return new RestartBackoffTimeStrategy.GiveUp("a restart would not help: " + cause.describe());
    }
    return FailureKinds.isIntended(cause)
        ? backoff.onIntendedEnd()
        : backoff.notifyFailure(FailureKinds.isTaskManagerLost(cause), nowMs);
  }
}
