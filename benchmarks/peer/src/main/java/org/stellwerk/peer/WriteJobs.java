package org.stellwerk.peer;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.io.network.partition.ResultPartitionType;
import org.apache.flink.runtime.jobgraph.DistributionPattern;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobGraphBuilder;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.jobgraph.tasks.AbstractInvokable;
import org.apache.flink.runtime.jobmanager.scheduler.SlotSharingGroup;

/**
 * Writes job graphs as Flink's REST API takes them, each under an id of its own, so that a client
 * without Flink's classes can hand them in: KIND/JOB-ID for the kinds 1, 100, 1000 and jobs. They
 * are what org.stellwerk.benchmarks.cluster.Jobs makes for our cluster.
 */
public final class WriteJobs {

  private WriteJobs() {}

  /**
   * Writes the jobs.
   *
   * @param args the directory, how many graphs of each of the sizes, how many of one-task jobs
   */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      write(directory.resolve("1"), graph(vertex("idle", IdleSource.class, 1)));
      write(directory.resolve("100"), allToAll(100));
      write(directory.resolve("1000"), allToAll(1000));
    }
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      write(directory.resolve("jobs"), graph(vertex("empty", EmptyTask.class, 1)));
    }
  }

  private static JobGraph allToAll(int tasks) throws IOException {
    JobVertex source = vertex("source", IdleSource.class, tasks / 2);
    JobVertex sink = vertex("sink", DiscardingSink.class, tasks / 2);
    sink.connectNewDataSetAsInput(
        source, DistributionPattern.ALL_TO_ALL, ResultPartitionType.PIPELINED_BOUNDED);
    return graph(source, sink);
  }

  private static JobVertex vertex(
      String name, Class<? extends AbstractInvokable> code, int parallelism) {
    JobVertex vertex = new JobVertex(name);
    vertex.setInvokableClass(code);
    vertex.setParallelism(parallelism);
    return vertex;
  }

  private static JobGraph graph(JobVertex... vertices) throws IOException {
    SlotSharingGroup shared = new SlotSharingGroup();
    JobGraphBuilder builder = JobGraphBuilder.newStreamingJobGraphBuilder();
    for (JobVertex vertex : vertices) {
      vertex.setSlotSharingGroup(shared);
      builder.addJobVertex(vertex);
    }
    return builder.setJobId(new JobID()).setJobName("Compared").build();
  }

  private static void write(Path directory, JobGraph graph) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve(graph.getJobID().toString());
    try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(file))) {
      out.writeObject(graph);
    }
  }
}
