package org.stellwerk.dist;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.runtime.gateway.LeaderGateways;

/**
 * A standby that has never talked to another process would do so for the first time when it takes
 * over, and most of that time would be loading and interpreting code. So each JobManager asks the
 * leader two questions soon after its start. Nobody waits for the answers; for the leader itself
 * they are local calls.
 */
final class StandbyWarmUp {

  private static final Logger LOG = LoggerFactory.getLogger(StandbyWarmUp.class);

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final long DELAY_MS = 1500;

  private StandbyWarmUp() {}

  /** Asks a moment later, when the start of this process and of its neighbours is over. */
  static void schedule(LeaderGateways gateways, ScheduledExecutor timers) {
    timers.schedule(() -> ask(gateways), DELAY_MS, TimeUnit.MILLISECONDS);
  }

  private static void ask(LeaderGateways gateways) {
    gateways
        .dispatcher()
        .thenCompose(dispatcher -> dispatcher.requestMultipleJobDetails(TIMEOUT))
        .thenCompose(jobs -> gateways.resourceManager())
        .thenCompose(resourceManager -> resourceManager.requestTaskManagerInfos(TIMEOUT))
        .whenComplete(
            (taskManagers, failure) -> {
              if (failure != null) {
                LOG.debug("The leader was not asked to the end: {}", failure.toString());
              }
            });
  }
}
