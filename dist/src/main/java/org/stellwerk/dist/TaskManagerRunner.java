package org.stellwerk.dist;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.blob.BlobClient;
import org.stellwerk.runtime.cluster.TaskManagerProcess;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.HardwareDescription;
import org.stellwerk.runtime.options.ClusterOptions;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.runtime.options.JobManagerOptions;
import org.stellwerk.runtime.options.TaskManagerOptions;
import org.stellwerk.runtime.runner.TaskRunnerConfig;
import org.stellwerk.runtime.runner.ThreadTaskRunner;
import org.stellwerk.runtime.taskexecutor.TaskExecutorConfig;
import org.stellwerk.util.AutoCloseableAsync;
import org.stellwerk.util.ExceptionUtils;

/** The main of a TaskManager: drivers, task runner and the process around its TaskExecutor. */
public final class TaskManagerRunner {

  private TaskManagerRunner() {}

  /** Runs until the process is ended; arguments are -D key=value. */
  public static void main(String[] args) {
    ProcessRunner.run("TaskManager", args, TaskManagerRunner::start);
  }

  private static AutoCloseableAsync start(Configuration configuration, ProcessRunner runner)
      throws Exception {
    String host =
        configuration
            .getOptional(TaskManagerOptions.HOST)
            .orElseGet(() -> addressThatReachesTheCluster(configuration));
    ProcessDrivers drivers =
        ProcessDrivers.open(
            configuration,
            new ProcessDrivers.RpcEndpointAddress(
                host,
                configuration.getOptional(TaskManagerOptions.BIND_HOST).orElse(host),
                configuration.get(TaskManagerOptions.RPC_PORT),
                TaskManagerOptions.RPC_PORT),
            runner);
    ResourceID resourceId =
        configuration
            .getOptional(TaskManagerOptions.RESOURCE_ID)
            .map(ResourceID::new)
            .orElseGet(() -> ProcessDrivers.generatedResourceId(drivers, host));
    TaskManagerDirectory directory = openDirectory(configuration, resourceId);
    ThreadTaskRunner taskRunner =
        new ThreadTaskRunner(
            TaskRunnerConfig.fromConfiguration(configuration, resourceId, host, directory.path()),
            BlobClient.of(configuration)::fetch,
            runner);
    runner.setUserErrorRules(taskRunner::faultIn);
    startTaskRunner(taskRunner, configuration);
    TaskManagerProcess process =
        TaskManagerProcess.start(
            TaskExecutorConfig.fromConfiguration(configuration, resourceId, host, hardware()),
            drivers.services(),
            taskRunner);
    runner.setLastWords(process::announceEnd);
    return () -> StartedParts.closeInOrder(process, drivers, directory);
  }

  private static void startTaskRunner(ThreadTaskRunner taskRunner, Configuration configuration) {
    try {
      taskRunner.start();
    } catch (IOException e) {
      if (ExceptionUtils.findThrowable(e, BindException.class).isPresent()) {
        throw new StartupException(
            "Port "
                + configuration.get(TaskManagerOptions.DATA_PORT)
                + " for the data exchange is taken by another process; stop that, or set another "
                + TaskManagerOptions.DATA_PORT.key(),
            e);
      }
      throw new StartupException("The data exchange could not start: " + e.getMessage(), e);
    }
  }

  private static TaskManagerDirectory openDirectory(
      Configuration configuration, ResourceID resourceId) {
    String base =
        configuration
            .getOptional(ClusterOptions.TMP_DIRS)
            .orElseGet(() -> System.getProperty("java.io.tmpdir"));
    try {
      return TaskManagerDirectory.open(Path.of(base), resourceId.value());
    } catch (IOException e) {
      throw new StartupException(
          "Cannot keep files below " + base + " (" + ClusterOptions.TMP_DIRS.key() + "): " + e, e);
    }
  }

  /** The local address from which packets to the cluster's first known host would leave. */
  private static String addressThatReachesTheCluster(Configuration configuration) {
    InetSocketAddress target = firstKnownAddress(configuration);
    if (target.isUnresolved()) {
      throw new StartupException(
          "The host '"
              + target.getHostString()
              + "' cannot be resolved; correct "
              + JobManagerOptions.RPC_ADDRESS.key()
              + " or "
              + HighAvailabilityOptions.ZOOKEEPER_QUORUM.key()
              + ", or set "
              + TaskManagerOptions.HOST.key());
    }
    if (target.getAddress().isLoopbackAddress()) {
      return "localhost";
    }
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(target);
      InetAddress local = socket.getLocalAddress();
      return local.getHostAddress();
    } catch (IOException e) {
      throw new StartupException(
          "No local address reaches " + target + "; set " + TaskManagerOptions.HOST.key(), e);
    }
  }

  private static InetSocketAddress firstKnownAddress(Configuration configuration) {
    if (configuration.get(HighAvailabilityOptions.TYPE) == HighAvailabilityOptions.Type.ZOOKEEPER) {
      String first =
          configuration.get(HighAvailabilityOptions.ZOOKEEPER_QUORUM).split(",", 2)[0].trim();
      int colon = first.lastIndexOf(':');
      return new InetSocketAddress(colon > 0 ? first.substring(0, colon) : first, 1);
    }
    return new InetSocketAddress(configuration.get(JobManagerOptions.RPC_ADDRESS), 1);
  }

  private static HardwareDescription hardware() {
    long physical =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : 0;
    Runtime runtime = Runtime.getRuntime();
    return new HardwareDescription(runtime.availableProcessors(), physical, runtime.maxMemory(), 0);
  }
}
