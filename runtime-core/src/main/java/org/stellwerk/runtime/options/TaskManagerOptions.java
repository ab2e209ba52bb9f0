package org.stellwerk.runtime.options;

import java.time.Duration;
import java.util.List;
import org.stellwerk.configuration.ConfigOption;

/** Options of the TaskManager process. */
public final class TaskManagerOptions {

  public static final ConfigOption<String> HOST =
      ConfigOption.string(
          "taskmanager.host",
          null,
          "The host under which peers reach the TaskManager; by default the address that reaches the JobManager.");

  public static final ConfigOption<String> BIND_HOST =
      ConfigOption.string(
          "taskmanager.bind-host",
          null,
          "The interface that the TaskManager listens on; by default its host.");

  public static final ConfigOption<String> RPC_PORT =
      ConfigOption.string(
          "taskmanager.rpc.port",
          "0",
          "The TaskManager's RPC port, or ranges of ports; 0 for any.");

  public static final ConfigOption<Integer> DATA_PORT =
      ConfigOption.integer("taskmanager.data.port", 0, "The port of the data exchange; 0 for any.");

  public static final ConfigOption<Integer> DATA_BIND_PORT =
      ConfigOption.integer(
          "taskmanager.data.bind-port",
          null,
          "The port that the data exchange listens on; by default the data port.");

  public static final ConfigOption<String> RESOURCE_ID =
      ConfigOption.string(
          "taskmanager.resource-id",
          null,
          "The TaskManager's name; by default its address with a suffix.");

  public static final ConfigOption<Integer> NUM_TASK_SLOTS =
      ConfigOption.integer(
          "taskmanager.numberOfTaskSlots", 2, "How many slots the TaskManager has.");

  public static final ConfigOption<Duration> SLOT_TIMEOUT =
      ConfigOption.duration(
          "taskmanager.slot.timeout",
          Duration.ofSeconds(10),
          "How long a slot waits for its job's master to accept it before it is free again.");

  public static final ConfigOption<Duration> REGISTRATION_TIMEOUT =
      ConfigOption.duration(
          "taskmanager.registration.timeout",
          Duration.ofMinutes(5),
          "How long the TaskManager tries to register before it ends.");

  public static final ConfigOption<Boolean> JVM_EXIT_ON_OOM =
      ConfigOption.bool(
          "taskmanager.jvm-exit-on-oom",
          true,
          "Whether the TaskManager ends when a task, or a thread that user code has made, runs out of heap or direct memory, or of threads; when it runs out of metaspace it always does.");

  public static final ConfigOption<Long> HEAP_SIZE =
      ConfigOption.memorySize(
          "taskmanager.memory.heap.size",
          1L << 30,
          "The TaskManager's maximum heap, in bytes; read by the start script.");

  public static final ConfigOption<Long> NETWORK_MEMORY =
      ConfigOption.memorySize(
          "taskmanager.memory.network.max",
          64L << 20,
          "The most memory that buffers of the data exchange may take, in bytes.");

  public static final ConfigOption<Long> SEGMENT_SIZE =
      ConfigOption.memorySize(
          "taskmanager.memory.segment-size",
          32L << 10,
          "The size of a buffer of the data exchange, in bytes.");

  public static final ConfigOption<Duration> PARTITION_REQUEST_TIMEOUT =
      ConfigOption.duration(
          "taskmanager.network.partition-request-timeout",
          Duration.ofSeconds(30),
          "How long a consumer waits for its producer's task to be there; longer than a TaskManager"
              + " may be paused.");

  public static final ConfigOption<Duration> CONNECT_TIMEOUT =
      ConfigOption.duration(
          "taskmanager.network.connect-timeout",
          Duration.ofSeconds(30),
          "How long a connection between two TaskManagers may take to be made, with its handshake;"
              + " longer than a TaskManager may be paused.");

  public static final ConfigOption<String> JVM_OPTS =
      ConfigOption.string(
          "env.java.opts.taskmanager",
          "",
          "More options for the TaskManager's JVM; read by the start script.");

  private TaskManagerOptions() {}

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(
        HOST,
        BIND_HOST,
        RPC_PORT,
        DATA_PORT,
        DATA_BIND_PORT,
        RESOURCE_ID,
        NUM_TASK_SLOTS,
        SLOT_TIMEOUT,
        REGISTRATION_TIMEOUT,
        JVM_EXIT_ON_OOM,
        HEAP_SIZE,
        NETWORK_MEMORY,
        SEGMENT_SIZE,
        PARTITION_REQUEST_TIMEOUT,
        CONNECT_TIMEOUT,
        JVM_OPTS);
  }
}
