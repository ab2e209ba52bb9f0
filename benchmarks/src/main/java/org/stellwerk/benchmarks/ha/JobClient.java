package org.stellwerk.benchmarks.ha;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.stellwerk.benchmarks.cluster.WrongOutcomeException;
import org.stellwerk.client.ClusterException;
import org.stellwerk.client.ClusterUnreachableException;
import org.stellwerk.client.RestClusterClient;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

/** Submits and cancels as the command line does, through whichever JobManager takes it. */
final class JobClient {

  private static final List<Path> JARS =
      List.of(System.getProperty("benchmark.jars", "").split(":")).stream().map(Path::of).toList();
  private static final long PATIENCE_MS = 120_000;
  private static final long PAUSE_MS = 100;

  private final List<RestClusterClient> clients;

  JobClient(List<URI> addresses) {
    this.clients = addresses.stream().map(RestClusterClient::new).toList();
  }

  /**
   * Submits once.
   *
   * @return "" if the job is stored, else what the last JobManager that was asked says
   */
  String submit(JobGraph graph) {
    String answer = "";
    for (RestClusterClient client : clients) {
      try {
        client.submitJob(graph, JARS);
        return "";
      } catch (ClusterException e) {
        if (e.isConflict()) {
          return "";
        }
        if (!e.isTransient() && !(e instanceof ClusterUnreachableException)) {
          throw e;
        }
        // What a JobManager says is worth more than that another does not answer.
        if (answer.isEmpty() || !(e instanceof ClusterUnreachableException)) {
          answer = String.valueOf(e.getMessage());
        }
      }
    }
    return answer;
  }

  /** Submits until the job is stored. */
  void submitSurely(JobGraph graph) throws InterruptedException {
    long deadline = System.currentTimeMillis() + PATIENCE_MS;
    String answer = submit(graph);
    while (!answer.isEmpty()) {
      if (System.currentTimeMillis() > deadline) {
        throw new WrongOutcomeException("Job " + graph.jobId() + " is not taken: " + answer);
      }
      Thread.sleep(PAUSE_MS);
      answer = submit(graph);
    }
  }

  /** Whether a JobManager has taken the order to cancel. */
  boolean cancel(JobID jobId) {
    for (RestClusterClient client : clients) {
      try {
        client.cancelJob(jobId);
        return true;
      } catch (ClusterException e) {
        if (!e.isTransient() && !(e instanceof ClusterUnreachableException)) {
          throw e;
        }
      }
    }
    return false;
  }
}
