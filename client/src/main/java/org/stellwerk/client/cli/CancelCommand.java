package org.stellwerk.client.cli;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.stellwerk.client.ClusterClient;
import org.stellwerk.client.ClusterException;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobStatus;

/**
 * {@code stellwerk cancel}: asks for the end of a job and waits a while until it is over. If that
 * takes long, it says for whom the job waits.
 */
final class CancelCommand {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration EXPLAINED_AFTER = Duration.ofSeconds(1);

  private final CommandLine line;
  private final ClusterClient client;
  private final Console console;

  CancelCommand(CommandLine line, ClusterClient client, Console console) {
    this.line = line;
    this.client = client;
    this.console = console;
  }

  int run() throws InterruptedException {
    JobID jobId = JobOperand.parse(line.onlyOperand("a job id"));
    JobStatus status;
    try {
      client.cancelJob(jobId);
      console.out().println("Cancelling job " + jobId + ".");
      status = awaitEnd(jobId);
    } catch (ClusterException e) {
      throw JobOperand.explain(jobId, client, e);
    }
    if (status == JobStatus.CANCELED) {
      console.out().println("Cancelled job " + jobId + ".");
      return CliFrontend.OK;
    }
    throw new CliException(
        status.isGloballyTerminal()
            ? "Job " + jobId + " was over before it could be cancelled: " + status
            : "Job "
                + jobId
                + " is still "
                + status
                + " after "
                + PATIENCE.toSeconds()
                + " s; it will be cancelled when its tasks react");
  }

  private JobStatus awaitEnd(JobID jobId) throws InterruptedException {
    long begin = System.nanoTime();
    boolean explained = false;
    JobStatus status = client.requestJobDetails(jobId).status();
    while (!status.isGloballyTerminal() && System.nanoTime() - begin < PATIENCE.toNanos()) {
      if (!explained && System.nanoTime() - begin > EXPLAINED_AFTER.toNanos()) {
        explained = true;
        explain(client.requestOpenTasks(jobId));
      }
      Thread.sleep(POLL.toMillis());
      status = client.requestJobDetails(jobId).status();
    }
    return status;
  }

  private void explain(Map<String, Integer> open) {
    if (!open.isEmpty()) {
      console
          .out()
          .println(
              "Waiting for "
                  + open.entrySet().stream()
                      .map(tasks -> tasks.getValue() + " tasks on " + tasks.getKey())
                      .collect(Collectors.joining(", "))
                  + " to end; a TaskManager that does not answer is waited for until it is lost"
                  + " (heartbeat.timeout).");
    }
  }
}
