package org.stellwerk.simulation.run;

import java.time.Duration;
import java.util.List;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.runtime.dispatcher.DispatcherConfig;
import org.stellwerk.runtime.options.AdaptiveSchedulerOptions;
import org.stellwerk.runtime.options.ClusterOptions;
import org.stellwerk.runtime.options.HeartbeatOptions;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.runtime.options.JobManagerOptions;
import org.stellwerk.runtime.options.JobManagerOptions.SchedulerType;
import org.stellwerk.runtime.options.SlotOptions;
import org.stellwerk.runtime.options.TaskManagerOptions;
import org.stellwerk.simulation.schedule.ProcessFault.Freeze;
import org.stellwerk.simulation.schedule.ProcessFault.SlowEndpoints;
import org.stellwerk.simulation.schedule.Schedule;

/** How long a healed cluster may take to be well again: the sum of everything it may wait for. */
final class StabilisationBound {

  /** Work that is not waiting: messages, I/O, queues. */
  private static final Duration WORK = Duration.ofSeconds(5);

  /** Who was held up at a fault point when the faults ended, or was asked to end then. */
  private static final Duration LAST_DELAYS = Duration.ofSeconds(6 + 20);

  private StabilisationBound() {}

  static Duration of(Schedule schedule) {
    Configuration configuration = schedule.configuration();
    DispatcherConfig dispatcher = DispatcherConfig.from(configuration);
    List<Duration> summands =
        List.of(
            longestFreezeAfterHeal(schedule),
            // A new leader waits for TaskManagers to report tasks.
            configuration.get(JobManagerOptions.RECONCILIATION_TIMEOUT),
            // A dead leader's session ends, and the next candidate hears of it.
            configuration.get(HighAvailabilityOptions.ZOOKEEPER_SESSION_TIMEOUT).multipliedBy(3),
            // A peer notices that the other one is gone, which may have happened just now.
            configuration.get(HeartbeatOptions.TIMEOUT).multipliedBy(2),
            configuration.get(HeartbeatOptions.INTERVAL).multipliedBy(2),
            // A registration runs into its longest timeout, is refused once, and is repeated.
            configuration.get(ClusterOptions.MAX_REGISTRATION_TIMEOUT).multipliedBy(2),
            configuration.get(ClusterOptions.ERROR_REGISTRATION_DELAY),
            configuration.get(ClusterOptions.REFUSED_REGISTRATION_DELAY),
            configuration.get(RpcOptions.LOOKUP_TIMEOUT),
            // A job that may grow waits for more slots, twice, and for the end of its cool-down.
            configuration.get(JobManagerOptions.SCHEDULER) == SchedulerType.ADAPTIVE
                ? growth(configuration)
                : Duration.ZERO,
            // A slot was promised to a job that never took it.
            configuration.get(TaskManagerOptions.SLOT_TIMEOUT),
            configuration.get(RpcOptions.ASK_TIMEOUT).multipliedBy(2),
            // A slot that its job does not need any more is given back.
            configuration.get(SlotOptions.IDLE_TIMEOUT),
            // A process that could not register ends, and its supervisor starts it again.
            ClusterRun.SUPERVISOR_PAUSE,
            backlog(schedule),
            // A step of a clean-up failed just now; then the jars are kept for a while.
            dispatcher.maxRetryBackoff(),
            dispatcher.jarRetention(),
            LAST_DELAYS,
            WORK);
    return summands.stream().reduce(Duration.ZERO, Duration::plus);
  }

  /** Messages that came to slow endpoints before the heal are as slow as those were. */
  private static Duration backlog(Schedule schedule) {
    return schedule.steps().stream()
        .filter(step -> step.action() instanceof SlowEndpoints)
        .map(step -> step.action().lasting())
        .reduce(Duration.ZERO, Duration::plus);
  }

  private static Duration growth(Configuration configuration) {
    return configuration
        .get(AdaptiveSchedulerOptions.SUBMISSION_STABILIZATION_TIMEOUT)
        .plus(configuration.get(AdaptiveSchedulerOptions.COOLDOWN))
        .plus(configuration.get(AdaptiveSchedulerOptions.EXECUTING_STABILIZATION_TIMEOUT));
  }

  private static Duration longestFreezeAfterHeal(Schedule schedule) {
    return schedule.steps().stream()
        .filter(step -> step.action() instanceof Freeze)
        .map(step -> step.leftAfter(schedule.heal()))
        .filter(left -> !left.isNegative())
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }
}
