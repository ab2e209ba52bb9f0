package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a person gets for a mistake: one clear line, an exit code other than 0, nothing left. */
final class BadInputIT {

  @TempDir static Path directory;
  private static Installation installation;

  @BeforeAll
  static void start() throws Exception {
    installation = Installation.create(directory, 1).startCluster();
  }

  @AfterAll
  static void stop() throws Exception {
    installation.close();
  }

  static Stream<Arguments> mistakes() throws IOException {
    Path notAJar = Files.writeString(directory.resolve("not-a-jar.jar"), "hello");
    String examples = Installation.EXAMPLES.toString();
    String text = Installation.TEXT.toString();
    String out = directory.resolve("never").toString();
    return Stream.of(
        Arguments.of("no such file", List.of("run", "/no/such.jar"), "/no/such.jar"),
        Arguments.of("not a jar", List.of("run", notAJar.toString()), "not-a-jar.jar"),
        Arguments.of(
            "no such class",
            List.of("run", "-c", "org.example.Nope", examples),
            "org.example.Nope"),
        Arguments.of(
            "class without main",
            List.of("run", "-c", "org.stellwerk.task.TaskInfo", examples),
            "main"),
        Arguments.of(
            "input missing",
            List.of("run", examples, "--input", "/no/such.txt", "--output", out),
            "/no/such.txt"),
        Arguments.of(
            "more slots than there are",
            List.of("run", "-p", "7", examples, "--input", text, "--output", out),
            "7.*2|2.*7"),
        Arguments.of("parallelism not a number", List.of("run", "-p", "many", examples), "many"),
        Arguments.of(
            "unknown key",
            List.of(
                "run", "-D", "slot.request.timeot=1 s", examples, "--input", text, "--output", out),
            "slot.request.timeout"),
        Arguments.of("unknown verb", List.of("rum"), "run"),
        Arguments.of("bad job id", List.of("cancel", "xyz"), "xyz"),
        Arguments.of("unknown job", List.of("cancel", "0".repeat(32)), "0".repeat(32)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void isOneLineAndLeavesNothing(String what, List<String> args, String expected) throws Exception {
    int free = installation.rest().freeSlots();
    int jobs = installation.rest().get("/jobs/overview").get("jobs").size();
    Installation.Outcome outcome = installation.run("stellwerk", args.toArray(String[]::new));
    assertThat(outcome.exitCode()).as(what).isNotZero();
    assertThat(outcome.errorLines()).as(what).hasSize(1);
    assertThat(outcome.errorLines().get(0)).containsPattern(expected);
    assertThat(installation.rest().freeSlots()).isEqualTo(free);
    assertThat(installation.rest().get("/jobs/overview").get("jobs").size()).isEqualTo(jobs);
    assertThat(directory.resolve("never")).doesNotExist();
  }

  @Test
  void startTwice() throws Exception {
    Installation.Outcome outcome = installation.run("start-cluster.sh");
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.errorLines()).singleElement().asString().contains("running already");
    outcome = installation.run("jobmanager.sh", "start");
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.errorLines()).singleElement().asString().contains("running already");
  }

  @Test
  void stopWhenNothingRuns(@TempDir Path other) throws Exception {
    Installation idle = Installation.create(other, 1);
    for (String script : List.of("stop-cluster.sh")) {
      Installation.Outcome outcome = idle.run(script);
      assertThat(outcome.exitCode()).isNotZero();
      assertThat(outcome.errorLines()).singleElement().asString().contains("running");
    }
    Installation.Outcome outcome = idle.run("taskmanager.sh", "stop");
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.errorLines()).singleElement().asString().contains("running");
  }

  @Test
  void typoInTheConfiguration(@TempDir Path other) throws Exception {
    Installation broken = Installation.create(other, 1);
    broken.configure("taskmanager.numberOfTaskSlot", "3");
    Installation.Outcome outcome = broken.run("jobmanager.sh", "start-foreground");
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.err()).contains("taskmanager.numberOfTaskSlots");
    outcome = broken.run("start-cluster.sh");
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.errorLines())
        .singleElement()
        .asString()
        .contains("taskmanager.numberOfTaskSlots");
    assertNothingRuns(broken);
  }

  @Test
  void notAHost(@TempDir Path other) throws Exception {
    Installation broken = Installation.create(other, 1);
    for (String line : List.of("two hosts", "-oProxyCommand=x", "$(id)", "host:80")) {
      Files.writeString(other.resolve("conf/workers"), "localhost # one\n\n" + line + "\n");
      Installation.Outcome outcome = broken.run("start-cluster.sh");
      assertThat(outcome.exitCode()).as(line).isNotZero();
      assertThat(outcome.errorLines()).singleElement().asString().contains("Line 3", line);
    }
    assertNothingRuns(broken);
  }

  @Test
  void directoryThatCannotBeWritten(@TempDir Path other) throws Exception {
    Path file = Files.writeString(other.resolve("file"), "");
    for (String variable : List.of("STELLWERK_LOG_DIR", "STELLWERK_PID_DIR")) {
      Installation broken = Installation.create(other.resolve(variable), 1);
      broken.set(variable, file + "/below");
      Installation.Outcome outcome = broken.run("start-cluster.sh");
      assertThat(outcome.exitCode()).as(variable).isNotZero();
      assertThat(outcome.errorLines()).singleElement().asString().contains(file + "/below");
      assertNothingRuns(broken);
    }
  }

  @Test
  void portTaken(@TempDir Path other) throws Exception {
    Installation unlucky = Installation.create(other, 1);
    try (ServerSocket rest = new ServerSocket(unlucky.restPort)) {
      Installation.Outcome outcome = unlucky.run("start-cluster.sh");
      assertThat(outcome.exitCode()).isNotZero();
      assertThat(outcome.errorLines())
          .singleElement()
          .asString()
          .contains(String.valueOf(rest.getLocalPort()))
          .contains("rest.port");
    }
    try (ServerSocket rpc = new ServerSocket(unlucky.rpcPort)) {
      Installation.Outcome outcome = unlucky.run("start-cluster.sh");
      assertThat(outcome.exitCode()).isNotZero();
      assertThat(outcome.err())
          .contains(String.valueOf(rpc.getLocalPort()))
          .contains("jobmanager.rpc.port");
    }
    assertNothingRuns(unlucky);
  }

  @Test
  void zooKeeperNotReachable(@TempDir Path other) throws Exception {
    Installation alone = Installation.create(other, 1);
    alone.configure("high-availability.zookeeper.client.connection-timeout", "1 s");
    for (String script : List.of("jobmanager.sh", "taskmanager.sh")) {
      Installation.Outcome outcome = alone.run(script, "start");
      assertThat(outcome.exitCode()).as(script).isNotZero();
      assertThat(outcome.err()).as(script).contains("localhost:" + alone.zooKeeperPort);
    }
    assertNothingRuns(alone);
  }

  private static void assertNothingRuns(Installation installation) {
    List<Long> pids = new ArrayList<>();
    for (String role : List.of("jobmanager", "taskmanager", "zookeeper")) {
      pids.addAll(installation.pids(role));
    }
    assertThat(pids).isEmpty();
    Path books = installation.directory.resolve("run");
    assertThat(Files.exists(books) ? books.toFile().list() : new String[0]).isEmpty();
  }
}
