package org.stellwerk.runtime.executiongraph;

import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.JobInformation;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/** Job graphs and identifiers for tests. */
public final class TestGraphs {

  public static final JobVertexID SOURCE = new JobVertexID(new UUID(0, 1));
  public static final JobVertexID SINK = new JobVertexID(new UUID(0, 2));

  private TestGraphs() {}

  public static JobID jobId(int number) {
    return new JobID(new UUID(7, number));
  }

  public static AllocationID allocation(int number) {
    return new AllocationID(new UUID(8, number));
  }

  public static BlobKey jar(int number) {
    return new BlobKey(String.format("%064x", number));
  }

  public static ResourceID taskManager(int number) {
    return new ResourceID("tm-" + number);
  }

  public static TaskManagerLocation location(int number) {
    return new TaskManagerLocation(taskManager(number), "host-" + number, 7000 + number);
  }

  public static JobVertex vertex(JobVertexID id, String name, int parallelism) {
    return new JobVertex(
        id, name, parallelism, "com.example.Task", Collections.emptyMap(), new byte[0]);
  }

  /** One vertex. */
  public static JobGraph single(int jobNumber, int parallelism) {
    return new JobGraph(
        jobId(jobNumber),
        "single",
        List.of(vertex(SOURCE, "source", parallelism)),
        List.of(),
        Collections.emptyMap(),
        List.of());
  }

  /** A source and a sink, connected all to all. */
  public static JobGraph pipeline(int jobNumber, int sources, int sinks) {
    return pipeline(jobNumber, sources, sinks, ShipStrategy.HASH);
  }

  /** A source and a sink that begins when the source has finished. */
  public static JobGraph staged(int jobNumber, int sources, int sinks, ShipStrategy strategy) {
    return graph(
        jobNumber,
        sources,
        sinks,
        new JobEdge(SOURCE, SINK, strategy, ResultPartitionType.BLOCKING));
  }

  /** A source and a sink. */
  public static JobGraph pipeline(int jobNumber, int sources, int sinks, ShipStrategy strategy) {
    return graph(jobNumber, sources, sinks, new JobEdge(SOURCE, SINK, strategy));
  }

  private static JobGraph graph(int jobNumber, int sources, int sinks, JobEdge edge) {
    return new JobGraph(
        jobId(jobNumber),
        "pipeline",
        List.of(vertex(SOURCE, "source", sources), vertex(SINK, "sink", sinks)),
        List.of(edge),
        Collections.emptyMap(),
        List.of());
  }

  public static JobInformation information(JobGraph graph) {
    return new JobInformation(
        graph.jobId(), graph.name(), graph.configuration(), graph.userJars(), "http://blobs/");
  }
}
