package org.stellwerk.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.exceptions.JobSubmissionException;

/**
 * A child JVM that runs a program by way of the command line, and what it prints: the id of the
 * submitted job, or the line that says why there is none. Output goes to the JobManager's log; of a
 * line, and of all, only so much. Two daemon threads of its own read it and end with it.
 */
final class ProgramProcess {

  private static final Logger LOG = LoggerFactory.getLogger(ProgramProcess.class);
  private static final Pattern SUBMITTED = Pattern.compile("Job ID: ([0-9a-f]{32})");
  private static final int LONGEST_LINE = 2000;
  private static final int MOST_LOGGED_LINES = 1000;
  private static final long GRACE_SECONDS = 5;

  private final String name;
  private final Process process;
  private final CompletableFuture<JobID> submitted = new CompletableFuture<>();
  private volatile String lastError = "";

  private ProgramProcess(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /**
   * Starts the process.
   *
   * @param name for the log
   * @param onEnd called once it has ended, on a thread of its own
   */
  static ProgramProcess start(String name, ProcessBuilder builder, Consumer<ProgramProcess> onEnd)
      throws IOException {
    Process process = builder.start();
    process.getOutputStream().close();
    ProgramProcess program = new ProgramProcess(name, process);
    Thread errors = newThread(name, () -> read(process.getErrorStream(), program::onError));
    newThread(
        name,
        () -> {
          read(process.getInputStream(), program::onOutput);
          program.awaitEnd(errors);
          onEnd.accept(program);
        });
    return program;
  }

  /** The job; fails with a JobSubmissionException, in one line, if the process ends without. */
  CompletableFuture<JobID> submitted() {
    return submitted;
  }

  /** Ends the process, whatever it does. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static Thread newThread(String name, Runnable body) {
    Thread thread = new Thread(body, "program-" + name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void onOutput(String line) {
    LOG.info("Program {}: {}", name, line);
    Matcher matcher = SUBMITTED.matcher(line);
    if (matcher.matches()) {
      submitted.complete(JobID.fromHexString(matcher.group(1)));
    }
  }

  private void onError(String line) {
    LOG.info("Program {} (stderr): {}", name, line);
    if (!line.isBlank()) {
      lastError = line.strip();
    }
  }

  private void awaitEnd(Thread errors) {
    try {
      int code = process.waitFor();
      errors.join(TimeUnit.SECONDS.toMillis(GRACE_SECONDS));
      LOG.info("Program {} has ended with exit code {}.", name, code);
      submitted.completeExceptionally(
          new JobSubmissionException(
              lastError.isEmpty()
                  ? "The program " + name + " ended with exit code " + code + " without a job"
                  : lastError));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Hands over lines, cut where they are too long, until the end; reads on when it no longer does.
   */
  private static void read(InputStream stream, Consumer<String> consumer) {
    StringBuilder line = new StringBuilder();
    int lines = 0;
    try (Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
      char[] buffer = new char[8192];
      for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
        for (int i = 0; i < count && lines <= MOST_LOGGED_LINES; i++) {
          if (buffer[i] != '\n') {
            append(line, buffer[i]);
            continue;
          }
          consumer.accept(++lines > MOST_LOGGED_LINES ? "(more is not logged)" : line.toString());
          line.setLength(0);
        }
      }
    } catch (IOException e) {
      LOG.debug("The output of a program broke off.", e);
    }
    if (!line.isEmpty()) {
      consumer.accept(line.toString());
    }
  }

  private static void append(StringBuilder line, char character) {
    if (line.length() < LONGEST_LINE) {
      line.append(character);
    }
  }
}
