package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The assembled distribution as a person uses it: its scripts, run with a configuration, ports and
 * directories of their own, so that tests disturb neither each other nor what else runs here.
 */
final class Installation implements AutoCloseable {

  static final Path HOME = Path.of("target", "stellwerk").toAbsolutePath();
  static final Path EXAMPLES = HOME.resolve("examples/stellwerk-examples.jar");
  static final Path TEXT = HOME.resolve("examples/data/kjv.txt");
  private static final Duration SCRIPT_TIMEOUT = Duration.ofMinutes(3);

  final Path directory;
  final int restPort;
  final int rpcPort;
  final int zooKeeperPort;
  private final Map<String, String> environment = new LinkedHashMap<>();

  /** What a script did. */
  record Outcome(int exitCode, String out, String err) {
    List<String> errorLines() {
      return err.lines().filter(line -> !line.isBlank()).toList();
    }

    Outcome ok() {
      assertThat(exitCode).as("exit code; stdout: %s stderr: %s", out, err).isZero();
      return this;
    }
  }

  private Installation(Path directory, List<Integer> ports) {
    this.directory = directory;
    this.restPort = ports.get(0);
    this.rpcPort = ports.get(1);
    this.zooKeeperPort = ports.get(2);
  }

  /** An installation with ZooKeeper, one JobManager and the given number of TaskManagers. */
  static Installation create(Path directory, int taskManagers) throws IOException {
    Installation installation = new Installation(directory, freePorts(3));
    Path conf = Files.createDirectories(directory.resolve("conf"));
    try (Stream<Path> files = Files.list(HOME.resolve("conf"))) {
      for (Path file : files.toList()) {
        Files.copy(file, conf.resolve(file.getFileName()));
      }
    }
    installation.replace("config.yaml", "8081", String.valueOf(installation.restPort));
    installation.replace("config.yaml", "6123", String.valueOf(installation.rpcPort));
    installation.replace("config.yaml", "2181", String.valueOf(installation.zooKeeperPort));
    installation.replace("zoo.cfg", "2181", String.valueOf(installation.zooKeeperPort));
    Files.writeString(conf.resolve("workers"), "localhost\n".repeat(taskManagers));
    installation.environment.put("STELLWERK_CONF_DIR", conf.toString());
    installation.environment.put("STELLWERK_LOG_DIR", directory.resolve("log").toString());
    installation.environment.put("STELLWERK_PID_DIR", directory.resolve("run").toString());
    installation.environment.put("STELLWERK_DATA_DIR", directory.resolve("data").toString());
    installation.configure(
        "io.tmp.dirs", Files.createDirectories(directory.resolve("tmp")).toString());
    installation.environment.put("JAVA_HOME", System.getProperty("java.home"));
    return installation;
  }

  void replace(String file, String what, String with) throws IOException {
    Path path = directory.resolve("conf").resolve(file);
    Files.writeString(path, Files.readString(path).replace(what, with));
  }

  /** An environment variable of the scripts. */
  void set(String variable, String value) {
    environment.put(variable, value);
  }

  void configure(String key, String value) throws IOException {
    Path path = directory.resolve("conf/config.yaml");
    Files.writeString(path, Files.readString(path) + key + ": " + value + "\n");
  }

  /** Runs a script of bin to its end. */
  Outcome run(String script, String... args) throws IOException, InterruptedException {
    return await(start(script, args));
  }

  /** Waits for a script that was started here. */
  Outcome await(Process process) throws IOException, InterruptedException {
    if (!process.waitFor(SCRIPT_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
      String command = process.info().commandLine().orElse("A script");
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError(command + " did not end");
    }
    return new Outcome(
        process.exitValue(),
        Files.readString(directory.resolve("stdout." + process.pid())),
        Files.readString(directory.resolve("stderr." + process.pid())));
  }

  /**
   * Starts a script of bin; its output goes to files, as daemons must not hold pipes of the test.
   */
  Process start(String script, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add("bash");
    command.add("-c");
    command.add("exec >\"$OUTPUT_DIR/stdout.$$\" 2>\"$OUTPUT_DIR/stderr.$$\"; exec \"$0\" \"$@\"");
    command.add(HOME.resolve("bin").resolve(script).toString());
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.environment().put("OUTPUT_DIR", directory.toString());
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    return builder.start();
  }

  /** A second JobManager, with a REST port of its own. */
  Installation withStandby() throws IOException {
    Files.writeString(
        directory.resolve("conf/masters"),
        "localhost:" + restPort + "\nlocalhost:" + freePorts(1).get(0) + "\n");
    return this;
  }

  Installation startCluster() throws IOException, InterruptedException {
    run("start-cluster.sh").ok();
    return this;
  }

  RestProbe rest() {
    return new RestProbe(restPort);
  }

  /** The processes of a role that live, oldest first. */
  List<Long> pids(String role) {
    Path file = pidFile(role);
    try {
      return Files.exists(file)
          ? Files.readAllLines(file).stream()
              .map(line -> Long.valueOf(line.trim()))
              .filter(pid -> ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false))
              .toList()
          : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path pidFile(String role) {
    return directory
        .resolve("run")
        .resolve("stellwerk-" + System.getProperty("user.name") + "-" + role + ".pid");
  }

  /** All logs, for failure messages. */
  String logs() {
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      return files
          .sorted()
          .map(
              file -> {
                try {
                  return file + ":\n" + Files.readString(file, StandardCharsets.UTF_8);
                } catch (IOException e) {
                  return file + ": " + e;
                }
              })
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      return "no logs: " + e;
    }
  }

  static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      run("stop-cluster.sh");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (String role : List.of("taskmanager", "jobmanager", "zookeeper")) {
      for (long pid : pids(role)) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }
}
