package org.stellwerk.client.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.stellwerk.client.ClusterClient;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobStatus;

/** {@code stellwerk list}: the jobs of the cluster, in three groups as Flink shows them. */
final class ListCommand {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd.MM.yyyy HH:mm:ss").withZone(ZoneId.systemDefault());
  private static final Set<JobStatus> SCHEDULED =
      EnumSet.of(JobStatus.CREATED, JobStatus.INITIALIZING);
  private static final Set<JobStatus> ENDED =
      EnumSet.of(JobStatus.FINISHED, JobStatus.FAILED, JobStatus.CANCELED);

  private final CommandLine line;
  private final ClusterClient client;
  private final Console console;

  ListCommand(CommandLine line, ClusterClient client, Console console) {
    this.line = line;
    this.client = client;
    this.console = console;
  }

  int run() {
    if (!line.operands().isEmpty()) {
      throw new CliException("'list' takes no argument, but there is " + line.operands().get(0));
    }
    boolean all = line.has(Option.ALL);
    boolean some = line.has(Option.RUNNING) || line.has(Option.SCHEDULED);
    List<JobDetails> jobs =
        client.listJobs().stream().sorted(Comparator.comparingLong(JobDetails::startTime)).toList();
    if (all || !some || line.has(Option.RUNNING)) {
      Set<JobStatus> running = EnumSet.complementOf(EnumSet.copyOf(SCHEDULED));
      running.removeAll(ENDED);
      print("Running/Restarting", "running", jobs, running);
    }
    if (all || !some || line.has(Option.SCHEDULED)) {
      print("Scheduled", "scheduled", jobs, SCHEDULED);
    }
    if (all) {
      print("Terminated", "terminated", jobs, ENDED);
    }
    return CliFrontend.OK;
  }

  private void print(
      String title, String adjective, List<JobDetails> jobs, Set<JobStatus> statuses) {
    List<JobDetails> chosen = jobs.stream().filter(job -> statuses.contains(job.status())).toList();
    if (chosen.isEmpty()) {
      console.out().println("No " + adjective + " jobs.");
      return;
    }
    String head = "------------------ " + title + " Jobs -------------------";
    console.out().println(head);
    for (JobDetails job : chosen) {
      String time = TIME.format(Instant.ofEpochMilli(job.startTime()));
      console
          .out()
          .println(time + " : " + job.jobId() + " : " + job.jobName() + " (" + job.status() + ")");
    }
    console.out().println("-".repeat(head.length()));
  }
}
