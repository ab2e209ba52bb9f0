package org.stellwerk.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.runtime.id.BlobKey;

/** User code that wants to end the JVM ends its task. If it did end the JVM, no test would tell. */
@Timeout(60)
class UserExitTest {

  private static final String EXITS =
      """
      package user;
      import java.lang.reflect.Method;
      import java.util.function.IntConsumer;
      import org.stellwerk.task.*;
      public class Exits implements TaskInvokable {
        static int calls;
        private static String join(String a, int b) { return a + b; }
        public void invoke(Environment env) throws Exception {
          Runtime runtime = Runtime.getRuntime();
          switch (env.requireConfig("how")) {
            case "system" -> System.exit(3);
            case "runtime" -> runtime.exit(4);
            case "halt" -> runtime.halt(5);
            case "reference" -> leave(System::exit, 6);
            case "bound reference" -> leave(runtime::halt, 7);
            case "reflection" -> System.class.getMethod("exit", int.class).invoke(null, 8);
            case "swallowed" -> {
              try {
                System.exit(9);
              } catch (Throwable all) {
                calls++;
              }
            }
            case "thread" -> {
              Thread other = new Thread(() -> System.exit(10));
              other.setUncaughtExceptionHandler((thread, error) -> calls++);
              other.start();
              other.join();
            }
            case "harmless" -> {
              Method own = Exits.class.getDeclaredMethod("join", String.class, int.class);
              String joined = (String) own.invoke(null, "a", 1);
              if (!joined.equals("a1") || (Boolean) String.class.getMethod("isEmpty").invoke("x")) {
                throw new IllegalStateException(joined);
              }
              runtime.gc();
              leave(status -> calls += status, 11);
            }
          }
        }
        private static void leave(IntConsumer exit, int status) {
          exit.accept(status);
        }
      }
      """;

  @TempDir Path directory;
  private TestRunners runners;
  private UserJars jars;

  @BeforeEach
  void setUp() throws Exception {
    jars = new UserJars(directory);
    runners = new TestRunners(directory);
    runners.fetcher = jars;
    runners.start(1);
  }

  @AfterEach
  void tearDown() {
    runners.close();
  }

  private RecordingEvents run(String how) throws Exception {
    BlobKey jar = jars.compile("exits", EXITS);
    TestJob job = runners.job().vertex("exits", 1, "user.Exits", "how", how);
    job.jars = List.of(jar);
    RecordingEvents events = job.deploy("exits", 0);
    events.awaitEnd();
    return events;
  }

  @ParameterizedTest
  @CsvSource({
    "system, System.exit(3), user.Exits.invoke",
    "runtime, Runtime.exit(4), user.Exits.invoke",
    "halt, Runtime.halt(5), user.Exits.invoke",
    "reference, System.exit(6), user.Exits.leave",
    "bound reference, Runtime.halt(7), user.Exits.leave",
    "reflection, System.exit by reflection, user.Exits.invoke"
  })
  void aCallThatWouldEndTheJvmFailsItsTask(String how, String call, String place) throws Exception {
    RecordingEvents events = run(how);
    assertThat(events.last()).isEqualTo("FAILED");
    assertThat(events.failure)
        .isInstanceOf(UserExitError.class)
        .hasMessageStartingWith("User code called " + call + " in " + place + " (Exits.java:");
    assertThat(events.failing).isSameAs(events.failure);
    assertThat(runners.fatalErrors).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"swallowed", "thread"})
  void theTaskMustFailThoughItsThreadDoesNotLetOn(String how) throws Exception {
    RecordingEvents events = run(how);
    assertThat(events.last()).isEqualTo("FINISHED");
    assertThat(events.failing)
        .isInstanceOf(UserExitError.class)
        .hasMessageContaining("System.exit(");
  }

  @Test
  void otherCallsAreLeftAlone() throws Exception {
    RecordingEvents events = run("harmless");
    assertThat(events.failure).isNull();
    assertThat(events.failing).isNull();
    assertThat(events.last()).isEqualTo("FINISHED");
  }

  @Test
  void classesWithoutSuchCallsStayAsTheyAre() throws Exception {
    byte[] own;
    try (var in = UserExitTest.class.getResourceAsStream("UserExitTest.class")) {
      own = java.util.Objects.requireNonNull(in).readAllBytes();
    }
    assertThat(ExitRewriter.rewrite(own)).isSameAs(own);
  }
}
