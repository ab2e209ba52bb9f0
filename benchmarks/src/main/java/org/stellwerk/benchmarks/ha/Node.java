package org.stellwerk.benchmarks.ha;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.stellwerk.benchmarks.cluster.Processes;

/**
 * One place where a process of a role runs, ends and is started again by the shipped script, with a
 * run and a log directory of its own.
 */
final class Node {

  private static final long PATIENCE_SECONDS = 120;

  private final String role;
  private final String name;
  private final Path script;
  private final List<String> prefix;
  private final List<String> arguments;
  private final Map<String, String> environment;
  private final Processes processes;

  /**
   * A place for a process.
   *
   * @param prefix a command that runs the script, such as one that enters a network namespace
   * @param environment must name the run and the log directory
   */
  Node(
      String role,
      String name,
      List<String> prefix,
      List<String> arguments,
      Map<String, String> environment) {
    this.role = role;
    this.name = name;
    this.prefix = List.copyOf(prefix);
    this.arguments = List.copyOf(arguments);
    this.environment = Map.copyOf(environment);
    Path home = Path.of(environment.get("STELLWERK_HOME"));
    this.script = home.resolve("bin/" + role + ".sh");
    this.processes =
        Processes.of(
            home,
            Path.of(environment.get("STELLWERK_PID_DIR")),
            environment.get("STELLWERK_IDENT"));
  }

  String name() {
    return name;
  }

  /** Returns when the process serves. */
  void start() throws IOException, InterruptedException {
    awaitStarted(startScript());
  }

  Process startScript() throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(script.toString());
    command.add("start");
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return builder.start();
  }

  void awaitStarted(Process starting) throws IOException, InterruptedException {
    if (!starting.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || starting.exitValue() != 0) {
      throw new IOException(name + " could not be started; its log is in " + logDirectory());
    }
  }

  boolean isAlive() throws IOException {
    return !processes.pids(role).isEmpty();
  }

  long pid() throws IOException {
    List<Long> pids = processes.pids(role);
    if (pids.isEmpty()) {
      throw new IOException(name + " does not run");
    }
    return pids.get(pids.size() - 1);
  }

  void signal(String signal) throws IOException, InterruptedException {
    Processes.signal(pid(), signal);
  }

  /** Ends the process at once ("KILL") or asks it to end ("TERM"), and waits until it has. */
  void end(String signal) throws IOException, InterruptedException {
    long pid = pid();
    Processes.signal(pid, signal);
    Processes.awaitEnd(pid);
  }

  /** Ends what runs here, however it is. */
  void clear() throws IOException, InterruptedException {
    for (long pid : processes.pids(role)) {
      Processes.signal(pid, "KILL");
      Processes.awaitEnd(pid);
    }
  }

  private Path logDirectory() {
    return Path.of(environment.get("STELLWERK_LOG_DIR"));
  }

  /** All that the processes of this place have logged. */
  List<String> logLines() throws IOException {
    List<String> lines = new ArrayList<>();
    if (Files.isDirectory(logDirectory())) {
      try (Stream<Path> files = Files.list(logDirectory())) {
        for (Path file : files.filter(each -> each.toString().endsWith(".log")).toList()) {
          lines.addAll(Files.readAllLines(file));
        }
      }
    }
    return lines;
  }

  @Override
  public String toString() {
    return name;
  }
}
