package org.stellwerk.runtime.runner;

import java.nio.file.Path;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.io.DataExchangeConfig;

/**
 * How tasks are run in this process.
 *
 * @param exchange the data exchange
 * @param jarDirectory where jars are kept; belongs to this TaskManager alone, made when needed
 * @param parentClassLoader the cluster's classes, below the jobs'
 */
public record TaskRunnerConfig(
    DataExchangeConfig exchange, Path jarDirectory, ClassLoader parentClassLoader) {

  /** Reads the options; the class loader is the one of this class. */
  public static TaskRunnerConfig fromConfiguration(
      Configuration configuration, ResourceID resourceId, String host, Path jarDirectory) {
    return new TaskRunnerConfig(
        DataExchangeConfig.fromConfiguration(configuration, resourceId, host),
        jarDirectory,
        ThreadTaskRunner.class.getClassLoader());
  }
}
