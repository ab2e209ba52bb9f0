package org.stellwerk.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.logging.log4j.LogManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.util.AutoCloseableAsync;
import org.stellwerk.util.ExceptionUtils;
import org.stellwerk.util.FatalErrorHandler;

/**
 * The life of a process around its components: reads the configuration, starts, tells the start
 * script that it serves, closes on SIGTERM, and ends at a fault, as {@link FaultExit} does. What an
 * operator can cause by a typo is one line on stderr; exit codes: 0 ended as asked, 1 could not
 * start, 2 ended by a fault, the signal's (143) if it did not close cleanly.
 */
final class ProcessRunner implements FatalErrorHandler {

  private static final Logger LOG = LoggerFactory.getLogger(ProcessRunner.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);
  private static final int ENDED_AS_ASKED = 0;
  private static final int START_FAILED = 1;

  /** Makes and starts a process. */
  @FunctionalInterface
  interface Starter {
    /** Returns once the process serves. */
    AutoCloseableAsync start(Configuration configuration, ProcessRunner runner) throws Exception;
  }

  private final String title;
  private final AtomicBoolean ending = new AtomicBoolean();
  private final FaultExit faultExit;
  private final UncaughtErrors uncaughtErrors = new UncaughtErrors(this);

  private ProcessRunner(String title) {
    this.title = title;
    this.faultExit =
        new FaultExit(
            title,
            FaultExit.Patience.DEFAULT,
            LogManager::shutdown,
            code -> Runtime.getRuntime().halt(code));
  }

  /** What is to be said to others before the process ends because of a fault; for 2 s at most. */
  void setLastWords(Function<String, CompletableFuture<Void>> lastWords) {
    faultExit.setLastWords(lastWords);
  }

  /** Which errors in threads that user code has made end the process. */
  void setUserErrorRules(UncaughtErrors.UserErrorRules rules) {
    uncaughtErrors.setUserErrorRules(rules);
  }

  /** Runs the process until the JVM is asked to end; does not return before. */
  static void run(String title, String[] args, Starter starter) {
    ProcessRunner runner = new ProcessRunner(title);
    Thread.setDefaultUncaughtExceptionHandler(runner.uncaughtErrors);
    runner.faultExit.start();
    try {
      Configuration configuration =
          ConfigurationLoader.load(
              Directories.configuration(), CommandLine.parse(args).dynamicOnly());
      LOG.info(
          "Starting {} on Java {} with {}",
          title,
          Runtime.version(),
          configuration.toMap().isEmpty() ? "default settings" : configuration);
      AutoCloseableAsync process = starter.start(withStorageDirectory(configuration), runner);
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> runner.close(process), "shutdown-" + title));
      markReady();
      new CountDownLatch(1).await();
    } catch (Throwable t) {
      runner.startFailed(ExceptionUtils.stripCompletionException(t));
    }
  }

  /** What outlives a process is below the installation unless configured. */
  private static Configuration withStorageDirectory(Configuration configuration) {
    boolean needed =
        configuration.get(HighAvailabilityOptions.TYPE) != HighAvailabilityOptions.Type.NONE
            && !configuration.contains(HighAvailabilityOptions.STORAGE_DIR);
    return needed
        ? configuration.with(
            HighAvailabilityOptions.STORAGE_DIR.key(), Directories.data().resolve("ha").toString())
        : configuration;
  }

  private void startFailed(Throwable failure) {
    ending.set(true);
    if (isOperatorError(failure)) {
      LOG.error("{} could not start: {}", title, failure.getMessage());
      LOG.debug("Details:", failure);
    } else {
      LOG.error("{} could not start.", title, failure);
    }
    System.err.println(title + " could not start: " + ExceptionUtils.describe(failure));
    exit(START_FAILED);
  }

  private static boolean isOperatorError(Throwable failure) {
    return failure instanceof IllegalConfigurationException
        || failure instanceof StartupException
        || ExceptionUtils.findThrowable(failure, BindException.class).isPresent();
  }

  private static void markReady() throws IOException {
    String file = System.getProperty("stellwerk.ready.file");
    if (file != null) {
      Files.createFile(Path.of(file));
    }
  }

  private void close(AutoCloseableAsync process) {
    if (!ending.compareAndSet(false, true)) {
      return;
    }
    LOG.info("{} is asked to end.", title);
    boolean cleanly = false;
    CompletableFuture<Void> closed = process.closeAsync();
    try {
      closed.get(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      LOG.info("{} has ended.", title);
      cleanly = true;
    } catch (TimeoutException e) {
      LOG.warn("{} did not close within {} s.", title, CLOSE_TIMEOUT.toSeconds());
    } catch (ExecutionException e) {
      LOG.warn("{} did not close cleanly.", title, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (cleanly) {
      exit(ENDED_AS_ASKED);
    }
    LogManager.shutdown();
  }

  @Override
  public void onFatalError(Throwable exception) {
    if (!ending.compareAndSet(false, true)) {
      logAnother(exception);
      return;
    }
    faultExit.begin(exception);
  }

  private static void logAnother(Throwable exception) {
    try {
      LOG.warn("Another fault while ending.", exception);
    } catch (OutOfMemoryError e) {
      // The first one ends the process.
    }
  }

  private static void exit(int code) {
    LogManager.shutdown();
    Runtime.getRuntime().halt(code);
  }

  /** Where the process finds and puts things; told by the scripts. */
  static final class Directories {

    private Directories() {}

    /** The directory of config.yaml. */
    static Path configuration() {
      return required("stellwerk.conf.dir");
    }

    /** The directory of durable data. */
    static Path data() {
      return required("stellwerk.data.dir");
    }

    /** Makes a directory with its parents. */
    static Path create(Path directory) {
      try {
        return Files.createDirectories(directory);
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot make the directory " + directory, e);
      }
    }

    private static Path required(String property) {
      String value = System.getProperty(property);
      if (value == null) {
        throw new IllegalConfigurationException(
            "The system property " + property + " is not set; start with the scripts in bin");
      }
      return Path.of(value);
    }
  }
}
