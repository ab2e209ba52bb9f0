package org.stellwerk.examples;

import java.nio.file.Path;
import org.stellwerk.client.Job;
import org.stellwerk.client.Vertex;

/**
 * Runs until it is cancelled: {@code Ticker --sources N --sinks M --interval-ms T --output DIR}.
 * The sources number and stamp their records, the sinks write down when they came: the job by which
 * downtime and loss are measured from outside.
 */
public final class Ticker {

  private Ticker() {}

  /** Submits the job and waits for it. */
  public static void main(String[] args) throws InterruptedException {
    Arguments arguments =
        Arguments.parse("Ticker --sources N --sinks M --interval-ms T --output DIR", args);
    int sources = arguments.number("--sources", 1);
    int sinks = arguments.number("--sinks", 1);
    int intervalMs = arguments.number("--interval-ms", 0);
    build(sources, sinks, intervalMs, arguments.newDirectory("--output")).execute();
  }

  static Job build(int sources, int sinks, int intervalMs, Path output) {
    Job job = Job.named("Ticker " + sources + " x " + sinks);
    Vertex source =
        job.vertex("source", TickSource.class)
            .parallelism(sources)
            .config(TickSource.INTERVAL_MS, Integer.toString(intervalMs));
    Vertex sink =
        job.vertex("sink", TickSink.class)
            .parallelism(sinks)
            .config(TickSink.OUTPUT, output.toString());
    source.hash(sink);
    return job;
  }
}
