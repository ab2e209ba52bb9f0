package org.stellwerk.benchmarks.cluster;

import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.stellwerk.client.Job;
import org.stellwerk.client.Vertex;
import org.stellwerk.examples.DiscardingSink;
import org.stellwerk.examples.IdleSource;
import org.stellwerk.examples.LineSource;
import org.stellwerk.examples.TickSink;
import org.stellwerk.examples.TickSource;
import org.stellwerk.examples.WordCounter;
import org.stellwerk.examples.WordSink;
import org.stellwerk.examples.WordSplitter;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

/** The jobs that are submitted, each time under a new id. */
public final class Jobs {

  private Jobs() {}

  /** Waits until it is cancelled: one vertex without edges. */
  public static JobGraph unconnected(int tasks) {
    Job job = Job.named("Idle " + tasks);
    job.vertex("idle", IdleSource.class).parallelism(tasks);
    return graph(job);
  }

  /** Waits until it is cancelled: each of the sources is connected to each of the sinks. */
  static JobGraph allToAll(int tasks) {
    Job job = Job.named("Wide " + tasks);
    Vertex source = job.vertex("source", IdleSource.class).parallelism(tasks / 2);
    Vertex sink = job.vertex("sink", DiscardingSink.class).parallelism(tasks / 2);
    source.rebalance(sink);
    return graph(job);
  }

  /** One task that ends at once. */
  public static JobGraph empty() {
    Job job = Job.named("Empty");
    job.vertex("empty", EmptyTask.class);
    return graph(job);
  }

  /** Counts the words of a text file. */
  static JobGraph wordCount(Path input, Path output, int parallelism) {
    Job job = Job.named("WordCount " + parallelism);
    Vertex lines =
        job.vertex("lines", LineSource.class)
            .parallelism(parallelism)
            .config("input", input.toString());
    Vertex words = job.vertex("words", WordSplitter.class).parallelism(parallelism);
    Vertex counts = job.vertex("counts", WordCounter.class).parallelism(parallelism);
    Vertex sink =
        job.vertex("sink", WordSink.class)
            .parallelism(parallelism)
            .config("output", output.toString());
    lines.forward(words).hash(counts).forward(sink);
    return graph(job);
  }

  /**
   * Writes down who ticked when, until it is cancelled: as many sources as sinks.
   *
   * @param independent each source has a sink of its own, so that the job has as many regions;
   *     otherwise all are one region
   */
  public static JobGraph ticker(int pairs, int intervalMs, Path output, boolean independent) {
    Job job = Job.named("Ticker " + pairs + (independent ? " independent" : ""));
    Vertex source =
        job.vertex("source", TickSource.class)
            .parallelism(pairs)
            .config("interval-ms", Integer.toString(intervalMs));
    Vertex sink =
        job.vertex("sink", TickSink.class).parallelism(pairs).config("output", output.toString());
    if (independent) {
      source.forward(sink);
    } else {
      source.hash(sink);
    }
    return graph(job);
  }

  private static JobGraph graph(Job job) {
    return job.toJobGraph(new JobID(UUID.randomUUID()), 1, Map.of());
  }
}
