package org.stellwerk.client.cli;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.stellwerk.client.ClusterException;
import org.stellwerk.client.JobObserver;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;

/**
 * Tells what happens to the jobs of a program. On a terminal one line is overwritten with the
 * number of tasks in each state; elsewhere a line is printed when a job's state changes. The shut
 * down hook asks it for the jobs that still run, hence the locks.
 */
final class ProgressPrinter implements JobObserver {

  private final Console console;
  private final boolean detached;
  private final Map<JobID, String> unfinished = Collections.synchronizedMap(new LinkedHashMap<>());
  private final Map<JobID, JobResult> results = new LinkedHashMap<>();
  private @Nullable JobStatus lastStatus;
  private int lineLength;

  ProgressPrinter(Console console, boolean detached) {
    this.console = console;
    this.detached = detached;
  }

  @Override
  public void onSubmitted(JobID jobId, String jobName) {
    unfinished.put(jobId, jobName);
    lastStatus = null;
    console.out().println("Job has been submitted with JobID " + jobId);
    if (detached) {
      console.out().println("Job ID: " + jobId);
    }
    console.out().flush();
  }

  @Override
  public boolean wantsProgress() {
    return true;
  }

  @Override
  public void onProgress(JobDetails details) {
    if (!console.terminal() && details.status() == lastStatus) {
      return;
    }
    lastStatus = details.status();
    String tasks =
        details.tasksPerState().entrySet().stream()
            .filter(entry -> entry.getValue() > 0)
            .map(entry -> entry.getValue() + " " + entry.getKey().name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    String line = "Job " + details.jobId() + " " + details.status();
    print(tasks.isEmpty() ? line : line + ": " + tasks);
  }

  @Override
  public void onOutage(JobID jobId, ClusterException reason) {
    clearLine();
    console
        .out()
        .println(
            "Waiting for the cluster to answer again; job "
                + jobId
                + " may be running ("
                + Console.oneLine(String.valueOf(reason.getMessage()))
                + ")");
  }

  @Override
  public void onEnded(JobResult result) {
    clearLine();
    unfinished.remove(result.jobId());
    results.put(result.jobId(), result);
    String seconds = String.format(Locale.ROOT, "%.1f s", result.netRuntimeMs() / 1000.0);
    String word = result.isSuccess() ? " in " : " after ";
    console.out().println("Job " + result.jobId() + " " + result.status() + word + seconds);
    console.out().flush();
  }

  /** How the jobs ended that have. */
  Map<JobID, JobResult> results() {
    return Collections.unmodifiableMap(results);
  }

  /** Called when the process is ended from outside while jobs are waited for. */
  void printStillRunning() {
    synchronized (unfinished) {
      unfinished
          .keySet()
          .forEach(
              jobId ->
                  console
                      .err()
                      .println(
                          "Job "
                              + jobId
                              + " keeps running on the cluster; to end it: stellwerk cancel "
                              + jobId));
    }
  }

  private void print(String line) {
    if (!console.terminal()) {
      console.out().println(line);
      return;
    }
    String padding = " ".repeat(Math.max(0, lineLength - line.length()));
    console.out().print("\r" + line + padding);
    console.out().flush();
    lineLength = line.length();
  }

  private void clearLine() {
    if (console.terminal() && lineLength > 0) {
      console.out().print("\r" + " ".repeat(lineLength) + "\r");
      lineLength = 0;
    }
  }
}
