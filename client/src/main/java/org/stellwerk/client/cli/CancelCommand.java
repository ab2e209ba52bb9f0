package org.stellwerk.client.cli;

import java.time.Duration;
import org.stellwerk.client.ClusterClient;
import org.stellwerk.client.ClusterException;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobStatus;

/** {@code stellwerk cancel}: asks for the end of a job and waits a while until it is over. */
final class CancelCommand {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(50);

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
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    JobStatus status = client.requestJobDetails(jobId).status();
    while (!status.isGloballyTerminal() && System.nanoTime() - deadline < 0) {
      Thread.sleep(POLL.toMillis());
      status = client.requestJobDetails(jobId).status();
    }
    return status;
  }
}
