package org.stellwerk.runtime.scheduler.failover;

import java.util.ArrayList;
import java.util.List;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.time.Clock;
import org.stellwerk.util.RandomSource;

/**
 * Whether and when a job's tasks are started again after an incident: never if the failure would
 * come again, else when the back-off strategy says. Component of a scheduler.
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

  /** What the policy of a later leader has to know, for {@link #restore}. */
  public List<Long> save(Clock clock) {
    List<Long> saved = new ArrayList<>();
    saved.add(clock.absoluteTimeMillis());
    saved.addAll(backoff.save(clock.relativeTimeMillis()));
    return saved;
  }

  /** Goes on from where the policy of an earlier leader was. */
  public void restore(List<Long> saved, Clock clock) {
    if (!saved.isEmpty()) {
      long elapsed = Math.max(0, clock.absoluteTimeMillis() - saved.get(0));
      backoff.restore(saved.subList(1, saved.size()), elapsed, clock.relativeTimeMillis());
    }
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
