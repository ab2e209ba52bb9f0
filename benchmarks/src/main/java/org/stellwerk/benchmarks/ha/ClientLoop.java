package org.stellwerk.benchmarks.ha;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stellwerk.benchmarks.cluster.Jobs;
import org.stellwerk.client.ClusterException;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

/**
 * A client that goes on submitting, listing and cancelling while faults are injected, in a thread
 * of its own: by turns a job that ends at once and one that runs until it is cancelled, each under
 * an id of its own and submitted again until it is acknowledged. Every acknowledged submission must
 * be there afterwards, once, running or ended as it should.
 */
final class ClientLoop implements AutoCloseable {

  private static final int MOST_RUNNING = 3;
  private static final long PATIENCE_MS = 60_000;

  private final RestView rest;
  private final JobClient client;
  private final long pauseMs;
  private final Thread thread = new Thread(this::run, "client loop");

  /** The acknowledged jobs, with the states that each may end in. */
  private final Map<String, String> acknowledged = new LinkedHashMap<>();

  private final Deque<JobID> running = new ArrayDeque<>();
  private final List<String> surprises = new ArrayList<>();
  private @Nullable JobGraph pending;
  private long refused;
  private long cancelled;
  private long listed;
  private volatile boolean ended;

  /** Begins. */
  static ClientLoop start(HaCluster cluster, long pauseMs) {
    ClientLoop loop = new ClientLoop(cluster, pauseMs);
    loop.thread.setDaemon(true);
    loop.thread.start();
    return loop;
  }

  private ClientLoop(HaCluster cluster, long pauseMs) {
    this.rest = cluster.rest();
    this.client = new JobClient(rest.addresses());
    this.pauseMs = pauseMs;
  }

  private void run() {
    try {
      while (!ended) {
        try {
          turn();
        } catch (ClusterException e) {
          surprises.add(String.valueOf(e.getMessage()));
        }
        Thread.sleep(pauseMs);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void turn() throws InterruptedException {
    submit();
    if (running.size() > MOST_RUNNING && client.cancel(running.peek())) {
      acknowledged.put(running.remove().toString(), "CANCELED");
      cancelled++;
    }
    try {
      rest.get("/jobs/overview");
      listed++;
    } catch (IOException e) {
      // No leader at this moment: the listing is asked for again in the next turn.
    }
  }

  /** The job that is not acknowledged yet, or the next. */
  private void submit() throws InterruptedException {
    JobGraph graph = pending;
    if (graph == null) {
      graph = acknowledged.size() % 2 == 1 ? Jobs.unconnected(1) : Jobs.empty();
    }
    pending = graph;
    if (!client.submit(graph).isEmpty()) {
      refused++;
      return;
    }
    pending = null;
    boolean endless = graph.name().startsWith("Idle");
    acknowledged.put(graph.jobId().toString(), endless ? "RUNNING" : "FINISHED");
    if (endless) {
      running.add(graph.jobId());
    }
  }

  /** Ends the loop, and checks that all is there that was acknowledged. */
  void end(Report report) throws IOException, InterruptedException {
    close();
    thread.join(PATIENCE_MS);
    surprises.forEach(report::fail);
    long deadline = System.currentTimeMillis() + PATIENCE_MS;
    Map<String, String> wrong = compare();
    while (!wrong.isEmpty() && System.currentTimeMillis() < deadline) {
      Thread.sleep(200);
      wrong = compare();
    }
    wrong.forEach((job, what) -> report.fail("job " + job + " is " + what));
    report.note(
        "client: "
            + acknowledged.size()
            + " submissions acknowledged, "
            + refused
            + " times told to try again, "
            + cancelled
            + " cancelled, "
            + listed
            + " listings, "
            + wrong.size()
            + " missing, double or wrong");
    for (JobID each : running) {
      client.cancel(each);
    }
  }

  /** What is not as it should be. */
  private Map<String, String> compare() throws IOException, InterruptedException {
    JsonNode listing = rest.await("/jobs/overview", "a listing", answer -> answer.has("jobs"));
    Map<String, Integer> times = new LinkedHashMap<>();
    for (JsonNode job : listing.path("jobs")) {
      times.merge(job.path("jid").asText(), 1, Integer::sum);
    }
    Map<String, String> wrong = new LinkedHashMap<>();
    acknowledged.forEach(
        (job, expected) -> {
          int count = times.getOrDefault(job, 0);
          String state = RestView.stateIn(listing, job);
          if (count != 1) {
            wrong.put(job, "listed " + count + " times");
          } else if (!Set.of(expected).contains(state)) {
            wrong.put(job, state + ", not " + expected);
          }
        });
    return wrong;
  }

  @Override
  public void close() {
    ended = true;
  }
}
