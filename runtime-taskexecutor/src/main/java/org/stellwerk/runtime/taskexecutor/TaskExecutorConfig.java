package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import org.stellwerk.configuration.ConfigOption;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.runtime.heartbeat.HeartbeatConfig;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.HardwareDescription;
import org.stellwerk.runtime.options.JobManagerOptions;
import org.stellwerk.runtime.options.RuntimeOptions;
import org.stellwerk.runtime.options.TaskManagerOptions;
import org.stellwerk.runtime.options.TaskOptions;
import org.stellwerk.runtime.registration.RetryingRegistrationConfig;

/**
 * What a {@link TaskExecutor} is told by its process.
 *
 * @param endpointName the endpoint's name within its RPC service
 * @param resourceId the process's name in the cluster
 * @param host under which peers reach the data exchange
 */
public record TaskExecutorConfig(
    String endpointName,
    ResourceID resourceId,
    String host,
    int numberOfSlots,
    HardwareDescription hardware,
    HeartbeatConfig heartbeat,
    RetryingRegistrationConfig registration,
    Timeouts timeouts) {

  /** The endpoint's name unless another is given. */
  public static final String DEFAULT_ENDPOINT_NAME = "taskexecutor";

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  public TaskExecutorConfig {
    if (numberOfSlots < 1) {
      throw new IllegalConfigurationException(
          "Configuration key '"
              + TaskManagerOptions.NUM_TASK_SLOTS.key()
              + "' has the value "
              + numberOfSlots
              + "; expected at least 1.");
    }
  }

  /**
   * How long the TaskExecutor waits.
   *
   * @param slot for a JobMaster to accept an allocated slot
   * @param registration for a ResourceManager, before the process ends
   * @param repetition for the answer to an idempotent call, before it is repeated
   * @param cancellationInterval between two interruptions of a task that is to end
   * @param cancellation before a task that does not end is reported; zero for ever
   * @param stop for tasks to end when the TaskExecutor stops
   * @param lease for a leader that takes over a job whose JobMaster has ended
   */
  public record Timeouts(
      Duration slot,
      Duration registration,
      Duration repetition,
      Duration cancellationInterval,
      Duration cancellation,
      Duration stop,
      Duration lease) {

    public Timeouts {
      requirePositive(TaskManagerOptions.SLOT_TIMEOUT, slot);
      requirePositive(TaskManagerOptions.REGISTRATION_TIMEOUT, registration);
      requirePositive(RpcOptions.ASK_TIMEOUT, repetition);
      requirePositive(TaskOptions.CANCELLATION_INTERVAL, cancellationInterval);
    }

    private static void requirePositive(ConfigOption<Duration> option, Duration value) {
      if (value.isZero() || value.isNegative()) {
        throw new IllegalConfigurationException(
            "Configuration key '"
                + option.key()
                + "' has the value "
                + value.toMillis()
                + " ms; expected more than 0.");
      }
    }
  }

  /**
   * Reads the configuration.
   *
   * @throws IllegalConfigurationException in one line, if a value is not possible
   */
  public static TaskExecutorConfig fromConfiguration(
      Configuration configuration,
      ResourceID resourceId,
      String host,
      HardwareDescription hardware) {
    Duration slot = configuration.get(TaskManagerOptions.SLOT_TIMEOUT);
    Duration ask = configuration.get(RpcOptions.ASK_TIMEOUT);
    // A lost offer must be repeated while the slot still waits.
    Duration third = slot.dividedBy(3);
    Timeouts timeouts =
        new Timeouts(
            slot,
            configuration.get(TaskManagerOptions.REGISTRATION_TIMEOUT),
            ask.compareTo(third) < 0 ? ask : third,
            configuration.get(TaskOptions.CANCELLATION_INTERVAL),
            configuration.get(TaskOptions.CANCELLATION_TIMEOUT),
            STOP_TIMEOUT,
            configuration.get(JobManagerOptions.RECONNECT_LEASE));
    return new TaskExecutorConfig(
        DEFAULT_ENDPOINT_NAME,
        resourceId,
        host,
        configuration.get(TaskManagerOptions.NUM_TASK_SLOTS),
        hardware,
        RuntimeOptions.heartbeat(configuration),
        RuntimeOptions.registration(configuration),
        timeouts);
  }

  /** The same with another endpoint name, for several TaskExecutors in one RPC service. */
  public TaskExecutorConfig withEndpointName(String name) {
    return new TaskExecutorConfig(
        name, resourceId, host, numberOfSlots, hardware, heartbeat, registration, timeouts);
  }
}
