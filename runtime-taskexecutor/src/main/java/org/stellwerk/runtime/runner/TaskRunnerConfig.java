package org.stellwerk.runtime.runner;

import java.nio.file.Path;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.io.DataExchangeConfig;
import org.stellwerk.runtime.options.TaskManagerOptions;

/**
 * How tasks are run in this process.
 *
 * @param exchange the data exchange
 * @param jarDirectory where jars are kept; belongs to this TaskManager alone, made when needed
 * @param parentClassLoader the cluster's classes, below the jobs'
 * @param exitOnOutOfMemory whether a task that runs out of memory ends the process
 */
public record TaskRunnerConfig(
    DataExchangeConfig exchange,
    Path jarDirectory,
    ClassLoader parentClassLoader,
    boolean exitOnOutOfMemory) {

  /**
   * Reads the options; the class loader is the one of this class.
   *
   * @param directory for jars, and below it for the results of blocking edges; belongs to this
   *     TaskManager alone, made when needed
   */
  public static TaskRunnerConfig fromConfiguration(
      Configuration configuration, ResourceID resourceId, String host, Path directory) {
    return new TaskRunnerConfig(
        DataExchangeConfig.fromConfiguration(
            configuration, resourceId, host, directory.resolve("results")),
        directory,
        ThreadTaskRunner.class.getClassLoader(),
        configuration.get(TaskManagerOptions.JVM_EXIT_ON_OOM));
  }
}
