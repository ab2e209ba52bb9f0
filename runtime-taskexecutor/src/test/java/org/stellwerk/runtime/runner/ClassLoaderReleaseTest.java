package org.stellwerk.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.jobgraph.ShipStrategy;

/** Jobs come and go; their classes do not stay. */
@Timeout(180)
class ClassLoaderReleaseTest {

  private static final int JOBS = 200;
  private static final int WARM_UP = 20;

  private static final String JOB =
      """
      package user;
      import java.sql.*;
      import java.util.*;
      import org.stellwerk.task.*;
      public class Leaky implements TaskInvokable {
        public record Fruit(String key, Map<String, List<Integer>> weights) implements Keyed {}
        public static class Rotten extends RuntimeException {
          private final Fruit fruit;
          public Rotten(Fruit fruit) { super("rotten: " + fruit.key()); this.fruit = fruit; }
        }
        public static class Own implements Driver {
          public Connection connect(String url, Properties info) { return null; }
          public boolean acceptsURL(String url) { return url.startsWith("jdbc:leaky:"); }
          public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
            return new DriverPropertyInfo[0];
          }
          public int getMajorVersion() { return 1; }
          public int getMinorVersion() { return 0; }
          public boolean jdbcCompliant() { return false; }
          public java.util.logging.Logger getParentLogger() { return null; }
        }
        private static final ThreadLocal<Fruit> LAST = new ThreadLocal<>();
        private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(Leaky.class);
        public void invoke(Environment env) throws Exception {
          org.stellwerk.runtime.runner.LoadedClasses.add(Leaky.class);
          org.slf4j.MDC.put("user", "leaky");
          if (env.outputCount() > 0) {
            DriverManager.registerDriver(new Own());
            for (int i = 0; i < 10; i++) {
              Fruit fruit = new Fruit("apple-" + i, new HashMap<>(Map.of("a", List.of(i))));
              LAST.set(fruit);
              env.<Fruit>output(0).emit(fruit);
            }
            return;
          }
          RecordReader<Fruit> reader = env.input(0);
          Fruit last = null;
          for (Fruit fruit = reader.next(); fruit != null; fruit = reader.next()) {
            LAST.set(fruit);
            last = fruit;
          }
          LOG.debug("The last one was {}", last);
          if (env.requireConfig("rotten").equals("true")) {
            throw new Rotten(last);
          }
        }
      }
      """;

  @TempDir Path directory;
  private final ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
  private TestRunners runners;
  private BlobKey jar;

  @BeforeEach
  void setUp() throws Exception {
    UserJars jars = new UserJars(directory);
    jar = jars.compile("leaky", JOB);
    runners = new TestRunners(directory);
    runners.fetcher = jars;
    runners.start(2);
    LoadedClasses.ALL.clear();
  }

  @AfterEach
  void tearDown() {
    runners.close();
  }

  private void run(boolean rotten) {
    TestJob job =
        runners
            .job()
            .place((name, subtask) -> name.equals("source") ? 0 : 1)
            .vertex("source", 1, "user.Leaky")
            .vertex("sink", 1, "user.Leaky", "rotten", String.valueOf(rotten))
            .edge("source", "sink", ShipStrategy.HASH);
    job.jars = List.of(jar);
    job.deployAll().awaitAll();
    assertThat(job.events("sink", 0).last()).isEqualTo(rotten ? "FAILED" : "FINISHED");
    runners.all.forEach(runner -> runner.releaseJob(job.jobId));
  }

  private boolean allCollected() {
    System.gc();
    return LoadedClasses.ALL.stream().allMatch(loaded -> loaded.get() == null);
  }

  @Test
  void theNumberOfClassesStaysFlatOverTwoHundredJobs() {
    for (int i = 0; i < WARM_UP; i++) {
      run(i % 2 == 1);
    }
    await().atMost(Duration.ofSeconds(30)).until(this::allCollected);
    long warm = classes.getLoadedClassCount();
    for (int i = WARM_UP; i < JOBS; i++) {
      run(i % 2 == 1);
    }
    await().atMost(Duration.ofSeconds(30)).until(this::allCollected);
    assertThat(LoadedClasses.ALL).hasSize(2 * JOBS);
    assertThat(classes.getLoadedClassCount() - warm).isLessThan(200);
    assertThat(runners.all).allMatch(runner -> runner.classLoaders() == 0);
    assertThat(
            DriverManager.drivers().filter(driver -> driver.getClass().getName().contains("Leaky")))
        .isEmpty();
  }
}
