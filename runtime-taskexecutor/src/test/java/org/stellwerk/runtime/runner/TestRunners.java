package org.stellwerk.runtime.runner;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.io.DataExchangeConfig;

/**
 * Runners of one test, tm-0, tm-1 and so on, over loopback. Registered as an extension they are
 * closed after the test, and what its tasks left in {@link Invokables} is forgotten.
 */
final class TestRunners implements AutoCloseable, AfterEachCallback {

  final List<ThreadTaskRunner> all = new ArrayList<>();
  final List<Throwable> fatalErrors = new CopyOnWriteArrayList<>();
  private final Path directory;

  Duration requestTimeout = Duration.ofSeconds(5);
  Duration grace = Duration.ofSeconds(20);
  int segmentSize = 8 << 10;
  Consumer<Thread> threads = Thread::start;
  JarFetcher fetcher =
      (address, key, target) -> {
        throw new IOException("no jars here");
      };

  TestRunners(Path directory) {
    this.directory = directory;
  }

  TestRunners start(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      int number = all.size();
      DataExchangeConfig exchange =
          new DataExchangeConfig(
              new ResourceID("tm-" + number),
              "127.0.0.1",
              "127.0.0.1",
              0,
              0,
              resultDirectory(number),
              16 << 20,
              segmentSize,
              requestTimeout,
              Duration.ofSeconds(5),
              grace);
      TaskRunnerConfig config =
          new TaskRunnerConfig(
              exchange,
              directory.resolve("jars-" + number),
              TestRunners.class.getClassLoader(),
              true);
      ThreadTaskRunner runner =
          new ThreadTaskRunner(config, fetcher, fatalErrors::add, thread -> threads.accept(thread));
      runner.start();
      all.add(runner);
    }
    return this;
  }

  /** Where the results of a runner are. */
  Path resultDirectory(int runner) {
    return directory.resolve("results-" + runner);
  }

  TestJob job() {
    return new TestJob(all);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    close();
    Invokables.COLLECTED.clear();
    Invokables.COUNTS.clear();
  }

  @Override
  public void close() {
    all.forEach(runner -> runner.closeAsync().join());
  }
}
