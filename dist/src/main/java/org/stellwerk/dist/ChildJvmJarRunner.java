package org.stellwerk.dist;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.exceptions.JobSubmissionException;
import org.stellwerk.runtime.rest.JarRunner;
import org.stellwerk.util.AutoCloseableAsync;

/**
 * Runs uploaded jars as {@code stellwerk run -d} does, each in a JVM of its own against this
 * process's REST endpoint, so that no user code is ever loaded here. A program may go on after its
 * submission; what still runs when the JobManager ends is killed. Thread-safe.
 */
final class ChildJvmJarRunner implements JarRunner, AutoCloseableAsync {

  private static final Logger LOG = LoggerFactory.getLogger(ChildJvmJarRunner.class);
  private static final int MOST_PROGRAMS = 8;
  private static final long LONGEST_SUBMISSION_MINUTES = 10;
  private static final int UUID_AND_SEPARATOR = 37;

  private final Path configurationDirectory;
  private final Executor io;
  private final Set<ProgramProcess> running = new LinkedHashSet<>();
  private int starting;
  private @Nullable URI restAddress;
  private boolean closed;

  /**
   * A runner that cannot run yet.
   *
   * @param configurationDirectory where the programs find config.yaml
   * @param io starts processes
   */
  ChildJvmJarRunner(Path configurationDirectory, Executor io) {
    this.configurationDirectory = configurationDirectory;
    this.io = io;
  }

  /** Says where programs submit their jobs. */
  synchronized void serveAt(String address) {
    restAddress = URI.create(address);
  }

  @Override
  public CompletableFuture<JobID> run(Program program) {
    URI address;
    synchronized (this) {
      address = restAddress;
      if (closed || address == null) {
        return refused("This JobManager is starting or ending and runs no programs now");
      }
      if (running.size() + starting >= MOST_PROGRAMS) {
        return refused(
            MOST_PROGRAMS + " programs of uploaded jars are running already; try again later");
      }
      starting++;
    }
    List<String> command = command(program, address);
    return CompletableFuture.supplyAsync(() -> start(program, command), io)
        .thenCompose(
            child ->
                child
                    .submitted()
                    .copy()
                    .orTimeout(LONGEST_SUBMISSION_MINUTES, TimeUnit.MINUTES)
                    .exceptionallyCompose(failure -> notSubmitted(child, failure)));
  }

  private static <T> CompletableFuture<T> refused(String reason) {
    return CompletableFuture.failedFuture(new JobSubmissionException(reason));
  }

  private static CompletableFuture<JobID> notSubmitted(ProgramProcess child, Throwable failure) {
    if (!child.submitted().isDone()) {
      child.kill();
      return refused(
          "The program has submitted no job within " + LONGEST_SUBMISSION_MINUTES + " minutes");
    }
    return CompletableFuture.failedFuture(failure);
  }

  private ProgramProcess start(Program program, List<String> command) {
    String file = String.valueOf(program.jar().getFileName());
    String name = file.length() > UUID_AND_SEPARATOR ? file.substring(UUID_AND_SEPARATOR) : file;
    synchronized (this) {
      starting--;
      if (closed) {
        throw new CompletionException(
            new JobSubmissionException("This JobManager is ending and runs no programs"));
      }
      try {
        ProgramProcess child =
            ProgramProcess.start(name, new ProcessBuilder(command), this::forget);
        running.add(child);
        LOG.info("Running the program {}.", name);
        return child;
      } catch (IOException e) {
        throw new CompletionException(
            new JobSubmissionException("No JVM could be started for " + name + ": " + e, e));
      }
    }
  }

  private synchronized void forget(ProgramProcess child) {
    running.remove(child);
  }

  private List<String> command(Program program, URI address) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms16m", "-Xmx512m"));
    command.addAll(List.of("-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", "-Xlog:disable"));
    addArchive(command);
    command.add("-Dlog4j2.configurationFile=" + logConfiguration());
    command.add("-Dlog4j2.disableJmx=true");
    command.add("-Dlog.file=" + logFile());
    command.add("-Dstellwerk.conf.dir=" + configurationDirectory);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(CliMain.class.getName());
    command.addAll(List.of("run", "-d", "-m", address.getHost() + ":" + address.getPort()));
    program.parallelism().ifPresent(p -> command.addAll(List.of("-p", String.valueOf(p))));
    program.entryClass().ifPresent(name -> command.addAll(List.of("-c", name)));
    command.add(program.jar().toString());
    command.addAll(program.arguments());
    return command;
  }

  /** The classes of the command line as class-archives.sh has kept them: half the time to start. */
  private static void addArchive(List<String> command) {
    String archive = System.getProperty("stellwerk.client.archive");
    if (archive != null && Files.isReadable(Path.of(archive))) {
      command.addAll(List.of("-XX:SharedArchiveFile=" + archive, "-Xshare:auto"));
    }
  }

  /** In the foreground there is no log file: what programs log comes with their output. */
  private Path logConfiguration() {
    return configurationDirectory.resolve(
        logFile().equals("console") ? "log4j2-console.properties" : "log4j2-cli.properties");
  }

  private static String logFile() {
    String own = System.getProperty("log.file", "console");
    return own.endsWith(".log")
        ? own.substring(0, own.length() - ".log".length()) + "-programs.log"
        : "console";
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    List<ProgramProcess> last;
    synchronized (this) {
      closed = true;
      last = List.copyOf(running);
    }
    last.forEach(ProgramProcess::kill);
    return FutureUtils.completedVoidFuture();
  }
}
