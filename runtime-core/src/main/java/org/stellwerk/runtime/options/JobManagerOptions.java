package org.stellwerk.runtime.options;

import java.time.Duration;
import java.util.List;
import org.stellwerk.configuration.ConfigOption;

/** Options of the JobManager process. */
public final class JobManagerOptions {

  /** Who decides how many tasks a job has, and when they start. */
  public enum SchedulerType {
    /** The job has the parallelism that it was submitted with. */
    DEFAULT,
    /** The job has as many tasks as there are slots for. */
    ADAPTIVE
  }

  public static final ConfigOption<SchedulerType> SCHEDULER =
      ConfigOption.oneOf(
          "jobmanager.scheduler",
          SchedulerType.class,
          SchedulerType.DEFAULT,
          "How a job's parallelism comes about: as submitted (default), or from the slots that"
              + " there are (adaptive). A job's own configuration beats the cluster's.");

  public static final ConfigOption<String> RPC_ADDRESS =
      ConfigOption.string(
          "jobmanager.rpc.address",
          "localhost",
          "The host under which TaskManagers and clients reach the JobManager.");

  public static final ConfigOption<String> RPC_PORT =
      ConfigOption.string(
          "jobmanager.rpc.port",
          "6123",
          "The JobManager's RPC port, or ranges of ports; with ZooKeeper a free one of them is"
              + " taken.");

  public static final ConfigOption<String> BIND_HOST =
      ConfigOption.string(
          "jobmanager.bind-host",
          null,
          "The interface that the JobManager's RPC listens on; by default the address.");

  public static final ConfigOption<Integer> RPC_BIND_PORT =
      ConfigOption.integer(
          "jobmanager.rpc.bind-port",
          null,
          "The port that the JobManager's RPC listens on; by default the port.");

  public static final ConfigOption<String> RESOURCE_ID =
      ConfigOption.string(
          "jobmanager.resource-id",
          null,
          "The JobManager's name; by default its address with a suffix.");

  public static final ConfigOption<Duration> RECONNECT_LEASE =
      ConfigOption.duration(
          "jobmaster.reconnect-lease",
          Duration.ofMinutes(10),
          "How long a TaskManager goes on with the tasks of a job whose JobManager has ended, while"
              + " no leader takes them over.");

  public static final ConfigOption<Duration> RECONCILIATION_TIMEOUT =
      ConfigOption.duration(
          "jobmaster.reconciliation-timeout",
          Duration.ofSeconds(15),
          "How long a new leader waits for TaskManagers to report the tasks of a job that it has"
              + " taken over, before it starts those that nobody reported.");

  public static final ConfigOption<Long> HEAP_SIZE =
      ConfigOption.memorySize(
          "jobmanager.memory.heap.size",
          512L << 20,
          "The JobManager's maximum heap, in bytes; read by the start script.");

  public static final ConfigOption<String> JVM_OPTS =
      ConfigOption.string(
          "env.java.opts.jobmanager",
          "",
          "More options for the JobManager's JVM; read by the start script.");

  private JobManagerOptions() {}

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(
        RPC_ADDRESS,
        RPC_PORT,
        BIND_HOST,
        RPC_BIND_PORT,
        RESOURCE_ID,
        SCHEDULER,
        RECONNECT_LEASE,
        RECONCILIATION_TIMEOUT,
        HEAP_SIZE,
        JVM_OPTS);
  }
}
