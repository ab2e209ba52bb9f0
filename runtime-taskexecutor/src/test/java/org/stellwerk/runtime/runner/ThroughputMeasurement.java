package org.stellwerk.runtime.runner;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.task.Environment;
import org.stellwerk.task.RecordReader;
import org.stellwerk.task.RecordWriter;
import org.stellwerk.task.TaskInvokable;

/**
 * Not a test: prints how many records a second one connection over loopback carries, and what CPU
 * time of the whole process that takes, which says more where others use the machine.
 */
public final class ThroughputMeasurement {

  private ThroughputMeasurement() {}

  /** Emits one kind of record. */
  public static final class Source implements TaskInvokable {
    @Override
    public void invoke(Environment environment) throws Exception {
      long count = Long.parseLong(environment.requireConfig("count"));
      String kind = environment.requireConfig("kind");
      RecordWriter<Object> writer = environment.output(0);
      byte[] bytes = new byte[100];
      List<String> none = List.of();
      for (long i = 0; i < count; i++) {
        writer.emit(
            switch (kind) {
              case "string" -> "word-" + (i & 1023);
              case "bytes" -> bytes;
              case "kryo" -> new Invokables.Word("word-" + (i & 1023), i, none);
              default -> i;
            });
      }
    }
  }

  /** Reads to the end. */
  public static final class Sink implements TaskInvokable {
    @Override
    public void invoke(Environment environment) throws Exception {
      RecordReader<Object> reader = environment.input(0);
      long count = 0;
      while (reader.next() != null) {
        count++;
      }
      Invokables.count(environment.taskInfo().jobId()).addAndGet(count);
    }
  }

  public static void main(String[] args) throws Exception {
    Path directory = Files.createTempDirectory("throughput");
    TestRunners runners = new TestRunners(directory);
    runners.segmentSize = 32 << 10;
    try (runners) {
      runners.start(2);
      for (String where : List.of("remote", "local")) {
        for (String kind : List.of("string", "long", "bytes", "kryo")) {
          for (int round = 0; round < 3; round++) {
            measure(runners, where, kind);
          }
        }
      }
    }
  }

  private static void measure(TestRunners runners, String where, String kind) {
    long count = 1_000_000;
    TestJob job =
        runners
            .job()
            .place((name, i) -> name.equals("source") || where.equals("local") ? 0 : 1)
            .vertex("source", 1, Source.class, "count", String.valueOf(count), "kind", kind)
            .vertex("sink", 1, Sink.class)
            .edge("source", "sink", ShipStrategy.HASH);
    long cpuStart = CpuTime.nanos();
    long start = System.nanoTime();
    job.deployAll();
    job.awaitAll();
    double seconds = (System.nanoTime() - start) / 1e9;
    long cpu = CpuTime.nanos() - cpuStart;
    long bytes = job.events("source", 0).awaitEnd().bytesOut();
    System.out.printf(
        "%s %s: %s, %,.0f records/s, %.1f MB/s, %d ns of CPU a record%n",
        where, kind, job.ends(), count / seconds, bytes / seconds / 1e6, cpu / count);
  }
}
