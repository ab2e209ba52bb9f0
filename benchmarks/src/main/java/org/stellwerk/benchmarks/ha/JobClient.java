package org.stellwerk.benchmarks.ha;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
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

  /** By daemon threads, as a call that is given up may go on for a minute. */
  private static final ExecutorService CALLS =
      Executors.newCachedThreadPool(
          call -> {
            Thread thread = new Thread(call, "client call");
            thread.setDaemon(true);
            return thread;
          });

  private static final long ANSWER_SECONDS = 20;

  /** The one that answered last is the first. */
  private final List<RestClusterClient> clients;

  JobClient(List<URI> addresses) {
    this.clients = new ArrayList<>(addresses.stream().map(RestClusterClient::new).toList());
  }

  /**
   * Submits once.
   *
   * @return "" if the job is stored, else what the last JobManager that was asked says
   */
  String submit(JobGraph graph) throws InterruptedException {
    return call(client -> client.submitJob(graph, JARS));
  }

  /** Whether a JobManager has taken the order to cancel. */
  boolean cancel(JobID jobId) throws InterruptedException {
    return call(client -> client.cancelJob(jobId)).isEmpty();
  }

  /**
   * Asks one JobManager after the other.
   *
   * @return "" if one has done it, else what one says, or else that none answers
   */
  private String call(Consumer<RestClusterClient> call) throws InterruptedException {
    String answer = "";
    for (RestClusterClient client : List.copyOf(clients)) {
      try {
        CALLS.submit(() -> call.accept(client)).get(ANSWER_SECONDS, TimeUnit.SECONDS);
        clients.remove(client);
        clients.add(0, client);
        return "";
      } catch (TimeoutException e) {
        answer = client.address() + " has not answered within " + ANSWER_SECONDS + " s";
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof ClusterException refused)) {
          throw new IllegalStateException(e);
        }
        if (refused.isConflict()) {
          return "";
        }
        boolean silent = refused instanceof ClusterUnreachableException;
        if (!refused.isTransient() && !silent) {
          throw refused;
        }
        // What a JobManager says is worth more than that another does not answer.
        if (answer.isEmpty() || !silent) {
          answer = String.valueOf(refused.getMessage());
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
}
