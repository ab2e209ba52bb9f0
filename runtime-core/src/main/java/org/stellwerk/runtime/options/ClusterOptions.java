package org.stellwerk.runtime.options;

import java.time.Duration;
import java.util.List;
import org.stellwerk.configuration.ConfigOption;

/** Options of every process. */
public final class ClusterOptions {

  public static final ConfigOption<Duration> INITIAL_REGISTRATION_TIMEOUT =
      ConfigOption.duration(
          "cluster.registration.initial-timeout",
          Duration.ofMillis(500),
          "How long the first call of a registration waits for its answer.");

  public static final ConfigOption<Duration> MAX_REGISTRATION_TIMEOUT =
      ConfigOption.duration(
          "cluster.registration.max-timeout",
          Duration.ofSeconds(10),
          "How long a call of a registration waits for its answer at most.");

  public static final ConfigOption<Duration> ERROR_REGISTRATION_DELAY =
      ConfigOption.duration(
          "cluster.registration.error-delay",
          Duration.ofMillis(500),
          "The pause after an error during registration.");

  public static final ConfigOption<Duration> REFUSED_REGISTRATION_DELAY =
      ConfigOption.duration(
          "cluster.registration.refused-registration-delay",
          Duration.ofSeconds(5),
          "The pause after a registration was declined.");

  public static final ConfigOption<String> TMP_DIRS =
      ConfigOption.string(
          "io.tmp.dirs", null, "The directory for temporary files; by default the platform's.");

  public static final ConfigOption<String> LOG_DIR =
      ConfigOption.string(
          "env.log.dir",
          null,
          "Where logs are written; by default log below the distribution. Read by the scripts.");

  public static final ConfigOption<String> PID_DIR =
      ConfigOption.string(
          "env.pid.dir", null, "Where the scripts keep the process ids of what they started.");

  public static final ConfigOption<String> JVM_OPTS =
      ConfigOption.string(
          "env.java.opts.all", "", "More options for every JVM; read by the scripts.");

  public static final ConfigOption<String> JAVA_HOME =
      ConfigOption.string(
          "env.java.home",
          null,
          "The Java installation; by default JAVA_HOME, else the one on the path. Read by the scripts.");

  private ClusterOptions() {}

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(
        INITIAL_REGISTRATION_TIMEOUT,
        MAX_REGISTRATION_TIMEOUT,
        ERROR_REGISTRATION_DELAY,
        REFUSED_REGISTRATION_DELAY,
        TMP_DIRS,
        LOG_DIR,
        PID_DIR,
        JVM_OPTS,
        JAVA_HOME);
  }
}
