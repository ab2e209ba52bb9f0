package org.stellwerk.examples;

import org.stellwerk.client.Job;
import org.stellwerk.client.Vertex;

/**
 * Does nothing on many subtasks until it is cancelled: {@code Wide --width N}. Each of N sources is
 * connected to each of N sinks: the job by which scheduling and deployment are measured.
 */
public final class Wide {

  private Wide() {}

  /** Submits the job and waits for it. */
  public static void main(String[] args) throws InterruptedException {
    Arguments arguments = Arguments.parse("Wide --width N", args);
    build(arguments.number("--width", 1)).execute();
  }

  static Job build(int width) {
    Job job = Job.named("Wide " + width);
    Vertex source = job.vertex("source", IdleSource.class).parallelism(width);
    Vertex sink = job.vertex("sink", DiscardingSink.class).parallelism(width);
    source.rebalance(sink);
    return job;
  }
}
