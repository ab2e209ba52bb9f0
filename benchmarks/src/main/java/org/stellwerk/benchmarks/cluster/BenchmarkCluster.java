package org.stellwerk.benchmarks.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.stellwerk.client.ClusterException;
import org.stellwerk.client.RestClusterClient;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.Availability;

/**
 * The cluster as a warm client sees it. When tasks changed their states is read from what the
 * JobManager noted (whole milliseconds), not from when this client asked; so asking seldom costs no
 * accuracy, and it asks seldom enough (first after 10 ms, then ever less often) to disturb little.
 */
final class BenchmarkCluster {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
  private static final long FIRST_PAUSE_MS = 10;
  private static final long LONGEST_PAUSE_MS = 100;

  private final URI address;
  private final List<Path> jars;
  private final Duration answerTimeout;
  private final RestClusterClient client;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ObjectMapper mapper = new ObjectMapper();

  /**
   * A client of the cluster.
   *
   * @param jars what the classes of the jobs that it prepares are in
   */
  BenchmarkCluster(URI address, List<Path> jars) {
    this(address, jars, ANSWER_TIMEOUT);
  }

  /** A client that waits longer or shorter for each answer. */
  BenchmarkCluster(URI address, List<Path> jars, Duration answerTimeout) {
    this.address = address;
    this.jars = List.copyOf(jars);
    this.answerTimeout = answerTimeout;
    this.client = new RestClusterClient(address);
  }

  /** A job of ours, with the jars of this client. */
  PreparedJob prepare(JobGraph graph) {
    return new PreparedJob(graph.jobId(), () -> client.submitJob(graph, jars));
  }

  /** Returns when the cluster has stored the job; the time before the call, by the wall clock. */
  long submit(PreparedJob job) {
    long before = System.currentTimeMillis();
    job.submission().run();
    return before;
  }

  /** Submits until the cluster says that it has the job, whoever leads it. */
  void submitSurely(JobGraph graph) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        client.submitJob(graph, jars);
        return;
      } catch (ClusterException e) {
        if (e.isConflict()) {
          return;
        }
        if (!e.isTransient() || System.nanoTime() - deadline > 0) {
          throw e;
        }
        Thread.sleep(LONGEST_PAUSE_MS);
      }
    }
  }

  /** Asks for the end of the job; the time before the call, by the wall clock. */
  long cancel(JobID jobId) throws IOException, InterruptedException {
    long before = System.currentTimeMillis();
    send(
        HttpRequest.newBuilder(address.resolve("/jobs/" + jobId + "?mode=cancel"))
            .method("PATCH", HttpRequest.BodyPublishers.noBody()));
    return before;
  }

  /** Has a TaskManager give no more slots and move its tasks away, or be used again. */
  void setAvailability(String taskManagerId, Availability.Mode mode) {
    client.setAvailability(taskManagerId, mode);
  }

  /** Whether the job is over; it must be over well then. */
  boolean hasFinished(JobID jobId) {
    return client
        .requestJobResult(jobId)
        .map(
            result -> {
              if (!result.isSuccess()) {
                throw new IllegalStateException("Job " + jobId + " ended as " + result.status());
              }
              return true;
            })
        .orElse(false);
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(address.resolve(path)));
  }

  private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(request.timeout(answerTimeout).build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() == 503) {
      throw new NoLeaderException(answer.uri() + " answers " + answer.body());
    }
    if (answer.statusCode() >= 400) {
      throw new IOException(answer.uri() + " answers " + answer.statusCode() + answer.body());
    }
    return mapper.readTree(answer.body());
  }

  JsonNode job(JobID jobId) throws IOException, InterruptedException {
    return get("/jobs/" + jobId);
  }

  /** Asks ever less often until the answer is as wished; also while there is no leader. */
  JsonNode await(String path, String wish, Predicate<JsonNode> isSo)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long pause = FIRST_PAUSE_MS;
    while (true) {
      String last;
      try {
        JsonNode answer = get(path);
        if (isSo.test(answer)) {
          return answer;
        }
        last = answer.toString();
      } catch (NoLeaderException e) {
        last = e.getMessage();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IOException("Waited in vain: " + wish + "; " + path + " answers " + last);
      }
      Thread.sleep(pause);
      pause = Math.min(LONGEST_PAUSE_MS, pause * 3 / 2);
    }
  }

  /**
   * Waits until so many tasks run.
   *
   * @return the job's answer to the last question
   */
  JsonNode awaitRunning(JobID jobId, int tasks) throws IOException, InterruptedException {
    return await(
        "/jobs/" + jobId,
        tasks + " running tasks",
        job -> {
          if (job.path("state").asText().startsWith("FAIL")) {
            throw new IllegalStateException("The job has failed: " + job);
          }
          return job.path("state").asText().equals("RUNNING") && tasksIn(job, "RUNNING") == tasks;
        });
  }

  /** Waits for the end of a job; when it ended, by the JobManager's wall clock. */
  long awaitState(JobID jobId, String state) throws IOException, InterruptedException {
    return await(
            "/jobs/" + jobId, "state " + state, job -> job.path("state").asText().equals(state))
        .path("timestamps")
        .path(state)
        .asLong();
  }

  /** Waits until the cluster has all its slots, and all of them are free. */
  void awaitFree(int slots) throws IOException, InterruptedException {
    await(
        "/overview",
        slots + " free slots of as many",
        overview ->
            overview.path("slots-total").asInt() == slots
                && overview.path("slots-available").asInt() == slots);
  }

  /** How many tasks are in the state, as GET /jobs/:jobid answers. */
  static int tasksIn(JsonNode job, String state) {
    int sum = 0;
    for (JsonNode vertex : job.path("vertices")) {
      sum += vertex.path("tasks").path(state).asInt();
    }
    return sum;
  }

  /** When the last of the job's tasks entered the state, by the JobManager's wall clock. */
  long lastEntered(JsonNode job, String state) throws IOException, InterruptedException {
    long last = 0;
    for (JsonNode vertex : job.path("vertices")) {
      String path = "/jobs/" + job.path("jid").asText() + "/vertices/" + vertex.path("id").asText();
      for (JsonNode subtask : get(path + "/subtasktimes").path("subtasks")) {
        last = Math.max(last, subtask.path("timestamps").path(state).asLong());
      }
    }
    return last;
  }

  /** How many tasks of each vertex each TaskManager runs, such as "167/167/166". */
  List<String> spread(JsonNode job) throws IOException, InterruptedException {
    List<String> spreads = new ArrayList<>();
    for (JsonNode vertex : job.path("vertices")) {
      String path = "/jobs/" + job.path("jid").asText() + "/vertices/" + vertex.path("id").asText();
      List<String> counts = new ArrayList<>();
      for (JsonNode taskManager : get(path + "/taskmanagers").path("taskmanagers")) {
        counts.add(taskManager.path("status-counts").path("RUNNING").asText());
      }
      spreads.add(String.join("/", counts));
    }
    return spreads;
  }
}
