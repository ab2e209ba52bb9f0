package org.stellwerk.benchmarks.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Processes of the cluster under test, known by the files that the scripts write into a run
 * directory.
 */
public final class Processes {

  /** Kernel ticks per second, as /proc counts CPU time. */
  private static final double TICKS_PER_SECOND = 100;

  /** One that writes its class archive takes long. */
  private static final long END_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

  private final Path home;
  private final Path runDirectory;
  private final String ident;

  private Processes(Path home, Path runDirectory, String ident) {
    this.home = home;
    this.runDirectory = runDirectory;
    this.ident = ident;
  }

  /** Those of the run directory that the scripts' environment variables name. */
  static Processes fromEnvironment() {
    return of(
        Path.of(required("STELLWERK_HOME")),
        Path.of(required("STELLWERK_PID_DIR")),
        required("STELLWERK_IDENT"));
  }

  /** Those that scripts of this installation write down in a run directory. */
  public static Processes of(Path home, Path runDirectory, String ident) {
    return new Processes(home, runDirectory, ident);
  }

  private static String required(String variable) {
    String value = System.getenv(variable);
    if (value == null) {
      throw new IllegalStateException("The environment variable " + variable + " is not set");
    }
    return value;
  }

  /** The living processes of a role, oldest first. */
  public List<Long> pids(String role) throws IOException {
    Path file = runDirectory.resolve("stellwerk-" + ident + "-" + role + ".pid");
    List<Long> living = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        long pid = Long.parseLong(line.trim());
        if (isAlive(pid)) {
          living.add(pid);
        }
      }
    }
    return living;
  }

  /** Whether it runs; one that has ended but that nobody waited for does not. */
  private static boolean isAlive(long pid) throws IOException {
    try {
      return !statOf(pid)[0].equals("Z");
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** The fields after the name of the process: its state is the first. */
  private static String[] statOf(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
  }

  /** Waits for the end of a process. */
  public static void awaitEnd(long pid) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + END_PATIENCE_NANOS;
    while (isAlive(pid)) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException("Process " + pid + " has not ended");
      }
      Thread.sleep(5);
    }
  }

  long anyTaskManager(Random random) throws IOException {
    List<Long> all = pids("taskmanager");
    return all.get(random.nextInt(all.size()));
  }

  /** Sends a signal such as "KILL". */
  public static void signal(long pid, String signal) throws IOException, InterruptedException {
    run(new ProcessBuilder("kill", "-" + signal, Long.toString(pid)));
  }

  /** Returns when the TaskManager has registered. */
  void startTaskManager() throws IOException, InterruptedException {
    run(
        new ProcessBuilder(
            home.resolve("bin/taskmanager.sh").toString(),
            "start",
            "-D",
            "taskmanager.numberOfTaskSlots=" + required("BENCH_SLOTS")));
  }

  private static void run(ProcessBuilder command) throws IOException, InterruptedException {
    command.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    command.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = command.start();
    if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("Not done: " + String.join(" ", command.command()));
    }
  }

  /** CPU seconds, user and system, that the living processes of a role have used. */
  double cpuSeconds(String role) throws IOException {
    double ticks = 0;
    for (long pid : pids(role)) {
      String[] fields = statOf(pid);
      ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
    return ticks / TICKS_PER_SECOND;
  }
}
