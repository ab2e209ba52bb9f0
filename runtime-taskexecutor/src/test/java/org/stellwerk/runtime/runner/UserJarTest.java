package org.stellwerk.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.jobgraph.ShipStrategy;

@Timeout(60)
class UserJarTest {

  private static final String JOB =
      """
      package user;
      import org.stellwerk.task.*;
      public class Job implements TaskInvokable {
        public record Fruit(String key, int weight) implements Keyed {}
        static int instances;
        public void invoke(Environment env) throws Exception {
          instances++;
          org.stellwerk.runtime.runner.LoadedClasses.add(Job.class);
          if (Thread.currentThread().getContextClassLoader() != Job.class.getClassLoader()) {
            throw new IllegalStateException("wrong context class loader");
          }
          if (env.userClassLoader() != Job.class.getClassLoader()) {
            throw new IllegalStateException("wrong user class loader");
          }
          if (env.outputCount() > 0) {
            for (int i = 0; i < 100; i++) {
              env.<Fruit>output(0).emit(new Fruit("apple-" + i, i));
            }
          } else {
            RecordReader<Fruit> reader = env.input(0);
            int sum = 0;
            for (Fruit fruit = reader.next(); fruit != null; fruit = reader.next()) {
              sum += fruit.weight();
            }
            System.setProperty("user-jar-test", sum + " " + instances + " " + Library.VERSION
                + " " + org.junit.jupiter.api.Test.class.getName());
          }
        }
      }
      """;

  @TempDir Path directory;
  private TestRunners runners;
  private UserJars jars;

  @BeforeEach
  void setUp() throws IOException {
    jars = new UserJars(directory);
    runners = new TestRunners(directory);
    runners.fetcher = jars;
    runners.start(2);
    LoadedClasses.ALL.clear();
  }

  @AfterEach
  void tearDown() {
    runners.close();
    System.clearProperty("user-jar-test");
  }

  private BlobKey jar(String version) throws Exception {
    String library =
        "package user; public class Library { public static final String VERSION ="
            + " String.valueOf(\""
            + version
            + "\"); }";
    return jars.compile(version, JOB, library);
  }

  private TestJob job(BlobKey jar) {
    TestJob job =
        runners
            .job()
            .place((name, subtask) -> name.equals("source") ? 0 : 1)
            .vertex("source", 3, "user.Job")
            .vertex("sink", 1, "user.Job")
            .edge("source", "sink", ShipStrategy.HASH);
    job.jars = List.of(jar);
    return job;
  }

  @Test
  void jobsRunTheirOwnClassesWithAJarFetchedOncePerTaskManager() throws Exception {
    TestJob first = job(jar("1.0")).deployAll();
    first.awaitAll();
    assertThat(first.ends()).containsExactly("FINISHED");
    assertThat(System.getProperty("user-jar-test"))
        .isEqualTo("14850 1 1.0 org.junit.jupiter.api.Test");
    assertThat(jars.fetches.get()).as("one per TaskManager").isEqualTo(2);

    TestJob second = job(jar("2.0")).deployAll();
    second.awaitAll();
    assertThat(System.getProperty("user-jar-test")).startsWith("14850 1 2.0 ");

    TestJob again = job(first.jars.get(0)).deployAll();
    again.awaitAll();
    assertThat(System.getProperty("user-jar-test")).startsWith("14850 1 1.0 ");
    assertThat(jars.fetches.get()).as("the first jar is cached").isEqualTo(4);
  }

  @Test
  void theClassLoaderGoesWithItsJob() throws Exception {
    TestJob job = job(jar("1.0")).deployAll();
    job.awaitAll();
    ThreadTaskRunner runner = runners.all.get(0);
    assertThat(runner.classLoaders()).isEqualTo(1);
    runners.all.forEach(each -> each.releaseJob(job.jobId));
    assertThat(runner.classLoaders()).isZero();
    assertThat(LoadedClasses.ALL).hasSize(4);
    await()
        .until(
            () -> {
              System.gc();
              return LoadedClasses.ALL.stream().allMatch(loaded -> loaded.get() == null);
            });
  }

  @Test
  void aJarThatCannotBeHadFailsTheTaskAndIsTriedAgain() throws Exception {
    BlobKey key = jar("1.0");
    Path file = jars.blobs.remove(key);
    TestJob job = job(key);
    job.deploy("source", 0).awaitEnd();
    assertThat(job.events("source", 0).failure)
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot get the jars of job " + job.jobId + ": No blob " + key + " at http://blobs/");
    assertThat(runners.all.get(0).classLoaders()).isZero();
    jars.blobs.put(key, java.util.Objects.requireNonNull(file));
    job.deployAll().awaitAll();
    assertThat(job.ends()).containsExactly("FINISHED");
  }

  @Test
  void aDamagedJarIsNotUsed() throws Exception {
    BlobKey key = jar("1.0");
    jars.blobs.put(key, Files.writeString(directory.resolve("damaged"), "damaged"));
    TestJob job = job(key);
    job.deploy("source", 0).awaitEnd();
    assertThat(job.events("source", 0).failure).hasMessageContaining("arrived damaged");
  }

  @Test
  void aTaskIsCancelledWhileItsJarIsFetched() throws Exception {
    BlobKey key = jar("1.0");
    CountDownLatch fetching = new CountDownLatch(1);
    CountDownLatch proceed = new CountDownLatch(1);
    runners.close();
    runners.fetcher =
        (address, asked, target) -> {
          fetching.countDown();
          proceed.await();
          throw new IOException("too late");
        };
    runners.all.clear();
    runners.start(2);
    TestJob job = job(key);
    job.deploy("source", 0);
    fetching.await();
    job.cancelAll();
    job.awaitAll();
    assertThat(job.ends()).containsExactly("CANCELED");
    proceed.countDown();
    await().until(() -> runners.all.get(0).classLoaders() == 0);
  }
}
