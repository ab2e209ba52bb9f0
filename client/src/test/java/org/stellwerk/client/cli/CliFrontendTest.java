package org.stellwerk.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.Programs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.stellwerk.client.FakeCluster;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;

class CliFrontendTest {

  private static final String ID = "0123456789abcdef0123456789abcdef";
  private static final String PROGRAMS = Programs.class.getName() + "$";

  @TempDir private Path directory;
  private FakeCluster cluster;

  /** What a command left behind. */
  private record Outcome(int code, List<String> out, List<String> err) {}

  @BeforeEach
  void start() throws IOException {
    cluster = FakeCluster.start();
    Files.writeString(directory.resolve("text.jar"), "not a zip");
    Files.createDirectory(directory.resolve("dir.jar"));
    jar("good.jar", PROGRAMS + "Waits");
    jar("plain.jar", "");
    jar("wrong.jar", "com.example.Missing");
  }

  @AfterEach
  void stop() {
    cluster.close();
    System.clearProperty("com.example.waited");
  }

  static Stream<Arguments> badInput() {
    return Stream.of(
        Arguments.of(
            "", "What is to be done? stellwerk run|info|list|cancel|rescale|taskmanagers|"),
        Arguments.of("rum", "Unknown verb 'rum'; did you mean 'run'? The verbs are"),
        Arguments.of("frobnicate", "Unknown verb 'frobnicate'. The verbs are"),
        Arguments.of("savepoint x", "'savepoint' is not there yet"),
        Arguments.of("run", "'run' needs a jar: stellwerk run [options] jar"),
        Arguments.of("run %/none.jar", "There is no jar %/none.jar"),
        Arguments.of("run %/dir.jar", "%/dir.jar is not a jar but a directory"),
        Arguments.of("run %/text.jar", "%/text.jar is not a jar ("),
        Arguments.of("run %/plain.jar", "%/plain.jar names no Main-Class in its manifest; name"),
        Arguments.of("run %/wrong.jar", "There is no class com.example.Missing in %/wrong.jar."),
        Arguments.of(
            "run -c Programs$Waits %/plain.jar", "did you mean 'com.example.Programs$Waits'?"),
        Arguments.of(
            "run -c com/example/Programs$Waits %/plain.jar",
            "did you mean 'com.example.Programs$Waits'?"),
        Arguments.of("run -c com.example.Programs %/plain.jar", "has no method 'public static"),
        Arguments.of("run -c $NoMain %/plain.jar", "has no method 'public static void main"),
        Arguments.of(
            "run -p four %/good.jar", "The parallelism must be a whole number, not 'four'"),
        Arguments.of("run -p 0 %/good.jar", "The parallelism must be at least 1, not 0"),
        Arguments.of("run -p-1 %/good.jar", "The parallelism must be at least 1, not -1"),
        Arguments.of("run -p", "Option -p needs a value: -p N"),
        Arguments.of("run --class= %/good.jar", "Option --class= needs a value: --class="),
        Arguments.of("run --paralelism 4 %/good.jar", "did you mean '--parallelism'?"),
        Arguments.of("run -x %/good.jar", "Unknown option '-x' of 'run'"),
        Arguments.of(
            "run -a %/good.jar", "Option -a is not one of 'run'; see stellwerk run --help"),
        Arguments.of("run -D rest.port %/good.jar", "-D rest.port is not of the form -D key=value"),
        Arguments.of("run -Drest.prt=1 %/good.jar", "did you mean 'rest.port'?"),
        Arguments.of("run -Drest.port=x %/good.jar", "'rest.port' has the value 'x'; expected"),
        Arguments.of("run -m a:b:c %/good.jar", "'a:b:c' is not an address"),
        Arguments.of("run -m 127.0.0.1:1 %/good.jar", "No cluster answers at http://127.0.0.1:1: "),
        Arguments.of("run -c $Idle %/plain.jar", "$Idle ended without submitting a job"),
        Arguments.of(
            "run -c $Fails %/plain.jar", "failed: java.lang.IllegalStateException: two | l"),
        Arguments.of("run -c $Refuses %/plain.jar", "Argument --input is missing"),
        Arguments.of("info -c $Refuses %/plain.jar", "Argument --input is missing"),
        Arguments.of("cancel", "'cancel' needs a job id; see stellwerk cancel --help"),
        Arguments.of("cancel 12", "'12' is not a JobID: expected 32 hexadecimal digits"),
        Arguments.of("cancel " + ID + " x", "takes only a job id, but there is also 'x'"),
        Arguments.of("cancel " + ID, "There is no job " + ID + " on http://"),
        Arguments.of("drain", "'drain' needs the id of a TaskManager; see stellwerk drain --help"),
        Arguments.of("taskmanagers x", "'taskmanagers' takes no argument, but there is x"),
        Arguments.of("list x", "'list' takes no argument, but there is x"),
        Arguments.of("list -m 127.0.0.1:1", "No cluster answers at http://127.0.0.1:1: "));
  }

  @ParameterizedTest
  @MethodSource("badInput")
  void badInputIsToldInOneLine(String typed, String expected) {
    Outcome outcome = run(typed);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).hasSize(1);
    assertThat(outcome.err().get(0)).contains(expected.replace("%", directory.toString()));
    assertThat(outcome.out()).isEmpty();
    assertThat(cluster.count("POST")).as("submissions").isZero();
  }

  @Test
  void aConfigurationThatCannotBeReadIsToldButHelpNeedsNone() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        CliFrontend.run(
            new String[] {"list"},
            () -> {
              throw new IllegalConfigurationException("Unknown configuration key 'x'.");
            },
            cluster -> Optional.empty(),
            stream(out),
            stream(err));
    assertThat(code).isEqualTo(1);
    assertThat(lines(err)).containsExactly("Unknown configuration key 'x'.");

    assertThat(run("--help").code()).isZero();
    assertThat(run("--help").out().get(0)).startsWith("Usage: stellwerk <verb>");
    assertThat(run("run --help").out().get(0))
        .isEqualTo("Usage: stellwerk run [options] jar [arguments…]");
    assertThat(run("--version").out().get(0)).matches("Version: \\d.*");
  }

  @Test
  void runWaitsForTheJobAndSucceedsIfItFinished() {
    cluster.acceptJobs().endJobs("SUCCEEDED", "");

    Outcome outcome = run("run -p 3 -D task.cancellation.interval=2s %/good.jar name");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).hasSize(3);
    assertThat(outcome.out().get(0)).matches("Job has been submitted with JobID [0-9a-f]{32}");
    assertThat(outcome.out().get(1)).matches("Job [0-9a-f]{32} RUNNING");
    assertThat(outcome.out().get(2)).matches("Job [0-9a-f]{32} FINISHED in 1\\.2 s");
    assertThat(System.getProperty("com.example.waited")).isEqualTo("yes");
    String submission = cluster.requests().get(0).body();
    assertThat(submission)
        .contains("\"name\":\"name\"")
        .contains("\"parallelism\":3")
        .contains("\"task.cancellation.interval\":\"2s\"")
        .contains("filename=\"good.jar\"");
  }

  @Test
  void runWaitsForJobsThatTheProgramDidNotWaitFor() {
    cluster.acceptJobs().endJobs("SUCCEEDED", "");
    Outcome outcome = run("run -c $Submits %/plain.jar");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).last().asString().contains("FINISHED");
  }

  @Test
  void runWithTwoJobsTellsOfBoth() {
    cluster.acceptJobs().endJobs("SUCCEEDED", "");
    Outcome outcome = run("run -c $Two %/plain.jar");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).filteredOn(line -> line.contains("FINISHED in")).hasSize(2);
  }

  @Test
  void detachedRunPrintsTheIdAndEndsTheProgramWhereItWouldWait() {
    cluster.acceptJobs();

    Outcome outcome = run("run -d %/good.jar");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).filteredOn(line -> line.matches("Job ID: [0-9a-f]{32}")).hasSize(1);
    assertThat(System.getProperty("com.example.waited")).isNull();
    assertThat(cluster.count("GET")).isZero();
  }

  @Test
  void aFailedJobIsExplainedInOneLine() {
    cluster
        .acceptJobs()
        .endJobs(
            "FAILED",
            ",'failure-cause':{'class':'a.B','stack-trace':'a.B: outer\\n\\tat q\\n"
                + "Caused by: c.D: boom\\n\\tat r\\n'}")
        .answer(
            "GET /jobs/$id/exceptions",
            200,
            "{'exceptionHistory':{'entries':[{'taskName':'b (1/3)','endpoint':'w:1'}]}}");

    Outcome outcome = run("run %/good.jar");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).hasSize(1);
    assertThat(outcome.err().get(0))
        .matches("Job [0-9a-f]{32} failed: c\\.D: boom \\(b \\(1/3\\) on w:1\\); run with .*");
    assertThat(outcome.out()).last().asString().contains("FAILED after 1.2 s");
    assertThat(run("run --verbose %/good.jar").err()).contains("\tat r");
  }

  @Test
  void aCanceledJobIsNoSuccess() {
    cluster.acceptJobs().endJobs("CANCELED", "");
    Outcome outcome = run("run %/good.jar");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).hasSize(1);
    assertThat(outcome.err().get(0)).endsWith("ended CANCELED");
  }

  @Test
  void aSubmissionWhoseOutcomeIsUnknownIsRepeatedUnderTheSameId() {
    cluster
        .answer("POST /jobs", 503, "{'errors':['No JobManager leads the cluster']}")
        .answer("POST /jobs", 409, "{'errors':['Job x was submitted before and runs']}");

    Outcome outcome = run("run -d %/good.jar");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.err()).isEmpty();
    String id = outcome.out().get(outcome.out().size() - 1).replace("Job ID: ", "");
    assertThat(cluster.requests()).hasSize(2);
    assertThat(cluster.requests()).allMatch(request -> request.body().contains(id + ".json"));
  }

  @Test
  void aRefusedJobIsToldInTheClustersWords() {
    cluster.answer("POST /jobs", 400, "{'errors':['Job sample needs 9 slots, the cluster has 8']}");
    Outcome outcome = run("run %/good.jar");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).containsExactly("Job sample needs 9 slots, the cluster has 8");
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void theProgramIsLoadedFromItsJarAndGetsItsArguments() {
    Outcome outcome = run("run -c $Loaded %/plain.jar -d --help x");
    assertThat(outcome.err()).containsExactly("UserClassLoader UserClassLoader -d,--help,x");
  }

  @Test
  void infoShowsTheJobWithoutACluster() {
    Outcome outcome = run("info -p 2 -c $Waits %/plain.jar");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .containsExactly(
            "Job 'sample': 4 subtasks, needs 2 slots",
            "  a x 2  com.example.Programs$Nothing",
            "    -> b (REBALANCE)",
            "  b x 2  com.example.Programs$Nothing");
    assertThat(cluster.requests()).isEmpty();
  }

  @Test
  void infoShowsWhoSharesSlots() {
    assertThat(run("info -p 2 -c $Groups %/plain.jar").out())
        .containsExactly(
            "Job 'groups': 5 subtasks, needs 5 slots in slot sharing groups {default=3, in=2}",
            "  a x 2  com.example.Programs$Nothing  slot sharing group in",
            "  b x 3  com.example.Programs$Nothing  co-location group pair");
  }

  @Test
  void listShowsTheJobsInGroups() {
    cluster.answer(
        "GET /jobs/overview",
        200,
        "{'jobs':["
            + job("1", "RUNNING", 3000)
            + ","
            + job("2", "CREATED", 2000)
            + ","
            + job("3", "FAILED", 1000)
            + "]}");

    assertThat(run("list").out()).filteredOn(line -> line.contains(" : job")).hasSize(2);
    assertThat(run("list -a").out()).filteredOn(line -> line.contains("(FAILED)")).hasSize(1);
    assertThat(run("list -r").out()).hasSize(3).anyMatch(line -> line.contains("job1 (RUNNING)"));
    assertThat(run("list -s").out()).hasSize(3).anyMatch(line -> line.contains("job2 (CREATED)"));
    cluster.answer("GET /jobs/overview", 200, "{'jobs':[]}");
    assertThat(run("list").code()).isZero();
    assertThat(run("list").out()).containsExactly("No running jobs.", "No scheduled jobs.");
  }

  private static String job(String digit, String state, long start) {
    return "{'jid':'"
        + digit.repeat(32)
        + "','name':'job"
        + digit
        + "','state':'"
        + state
        + "','start-time':"
        + start
        + "}";
  }

  @Test
  void cancelWaitsForTheEnd() {
    cluster
        .answer("PATCH /jobs/$id?mode=cancel", 202, "{}")
        .answer("GET /jobs/$id", 200, "{'jid':'$id','name':'n','state':'CANCELLING'}")
        .answer("GET /jobs/$id", 200, "{'jid':'$id','name':'n','state':'CANCELED'}");

    Outcome outcome = run("cancel " + ID);

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .containsExactly("Cancelling job " + ID + ".", "Cancelled job " + ID + ".");
  }

  @Test
  void aChangeOfLeadersIsWaitedOut() {
    cluster
        .answer("PATCH /jobs/$id?mode=cancel", 503, "{'errors':['No JobManager leads']}")
        .answer("PATCH /jobs/$id?mode=cancel", 503, "{'errors':['No JobManager leads']}")
        .answer("PATCH /jobs/$id?mode=cancel", 202, "{}")
        .answer("GET /jobs/$id", 503, "{'errors':['The JobMaster ends']}")
        .answer("GET /jobs/$id", 200, "{'jid':'$id','name':'n','state':'CANCELED'}");
    Outcome outcome = run("cancel " + ID);
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .containsExactly("Cancelling job " + ID + ".", "Cancelled job " + ID + ".");
    assertThat(outcome.err())
        .containsExactly(
            "Asking again for a while: No JobManager leads",
            "Asking again for a while: The JobMaster ends");
  }

  @Test
  void cancelTellsForWhomItWaits() {
    String job =
        "{'jid':'$id','name':'n','state':'CANCELLING','vertices':[{'id':'v1','tasks':{}}]}";
    String subtask = "{'subtask':%d,'status':'%s','taskmanager-id':'%s'}";
    cluster
        .answer("PATCH /jobs/$id?mode=cancel", 202, "{}")
        .answer(
            "GET /jobs/$id/vertices/v1",
            200,
            "{'subtasks':["
                + String.join(
                    ",",
                    subtask.formatted(0, "CANCELED", "tm-1"),
                    subtask.formatted(1, "CANCELING", "tm-2"),
                    subtask.formatted(2, "CANCELING", "tm-2"))
                + "]}");
    for (int i = 0; i < 40; i++) {
      cluster.answer("GET /jobs/$id", 200, job);
    }
    cluster.answer("GET /jobs/$id", 200, "{'jid':'$id','name':'n','state':'CANCELED'}");
    Outcome outcome = run("cancel " + ID);
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .containsExactly(
            "Cancelling job " + ID + ".",
            "Waiting for 2 tasks on tm-2 to end; a TaskManager that does not answer is waited for"
                + " until it is lost (heartbeat.timeout).",
            "Cancelled job " + ID + ".");
  }

  @Test
  void taskManagersAreListedCordonedAndUsedAgain() {
    String one = "{'id':'host:1-a','slotsNumber':4,'freeSlots':3,'availability':'%s'}";
    cluster
        .answer("GET /taskmanagers", 200, "{'taskmanagers':[" + one.formatted("OPEN") + "]}")
        .answer("POST /taskmanagers/host%3A1-a/cordon", 200, one.formatted("CORDONED"))
        .answer("POST /taskmanagers/host%3A1-a/uncordon", 200, one.formatted("OPEN"));
    assertThat(run("taskmanagers").out()).containsExactly("host:1-a : 4 slots, 3 free : OPEN");
    assertThat(run("cordon host:1-a").out())
        .containsExactly("host:1-a : 4 slots, 3 free : CORDONED");
    assertThat(run("uncordon host:1-a").out()).containsExactly("host:1-a : 4 slots, 3 free : OPEN");
    Outcome unknown = run("cordon nobody");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err())
        .containsExactly(
            "There is no TaskManager nobody on "
                + cluster.address()
                + "; see stellwerk taskmanagers");
  }

  @Test
  void drainWaitsUntilNothingIsLeftThere() {
    String one = "{'id':'tm-1','slotsNumber':4,'freeSlots':%d,'availability':'%s'}";
    cluster
        .answer("POST /taskmanagers/tm-1/drain", 200, one.formatted(2, "DRAINING"))
        .answer("GET /taskmanagers", 200, list(one.formatted(2, "DRAINING")))
        .answer("GET /taskmanagers", 200, list(one.formatted(4, "DRAINED")));
    Outcome outcome = run("drain tm-1");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out())
        .containsExactly(
            "Draining TaskManager tm-1.", "Drained TaskManager tm-1: nothing runs there.");
  }

  private static String list(String taskManager) {
    return "{'taskmanagers':[" + taskManager + "]}";
  }

  @Test
  void cancelOfAnEndedJobFails() {
    cluster
        .answer("PATCH /jobs/$id?mode=cancel", 202, "{}")
        .answer("GET /jobs/$id", 200, "{'jid':'$id','name':'n','state':'FINISHED'}");
    Outcome outcome = run("cancel " + ID);
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .containsExactly("Job " + ID + " was over before it could be cancelled: FINISHED");
  }

  private Outcome run(String typed) {
    List<String> words = new ArrayList<>();
    Arrays.stream(typed.split(" "))
        .filter(word -> !word.isEmpty())
        .map(word -> word.startsWith("$") ? PROGRAMS + word.substring(1) : word)
        .map(word -> word.replace("%", directory.toString()))
        .forEach(words::add);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Configuration configuration =
        Configuration.empty()
            .with("jobmanager.rpc.address", "127.0.0.1")
            .with("rest.port", Integer.toString(cluster.address().getPort()));
    int code =
        CliFrontend.run(words.toArray(String[]::new), configuration, stream(out), stream(err));
    return new Outcome(code, lines(out), lines(err));
  }

  private static PrintStream stream(OutputStream target) {
    return new PrintStream(target, true, StandardCharsets.UTF_8);
  }

  private static List<String> lines(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private void jar(String name, String mainClass) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (!mainClass.isEmpty()) {
      manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass);
    }
    try (OutputStream file = Files.newOutputStream(directory.resolve(name));
        JarOutputStream jar = new JarOutputStream(file, manifest)) {
      List<Class<?>> classes = new ArrayList<>(List.of(Programs.class.getDeclaredClasses()));
      classes.add(Programs.class);
      for (Class<?> type : classes) {
        String entry = type.getName().replace('.', '/') + ".class";
        jar.putNextEntry(new JarEntry(entry));
        try (InputStream bytes = type.getClassLoader().getResourceAsStream(entry)) {
          bytes.transferTo(jar);
        }
        jar.closeEntry();
      }
    }
  }
}
