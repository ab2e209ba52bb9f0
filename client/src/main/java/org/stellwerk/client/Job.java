package org.stellwerk.client;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements.VertexBounds;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.task.TaskInvokable;

/**
 * Builds a job: vertices that run the user's code, edges along which records flow.
 *
 * <pre>{@code
 * Job job = Job.named("word count");
 * Vertex lines = job.vertex("lines", LineSource.class).config("input", file);
 * Vertex words = job.vertex("words", Splitter.class);
 * Vertex counts = job.vertex("counts", Counter.class).parallelism(2);
 * lines.forward(words).hash(counts);
 * JobResult result = job.submit().await();
 * }</pre>
 *
 * <p>A vertex without a parallelism of its own gets the default one of the submission ({@code -p},
 * else 1). Mistakes are reported where they are made, in one line. Used by one thread; a job may be
 * submitted more than once, each time under a new id.
 */
public final class Job {

  private final String name;
  private final List<Vertex> vertices = new ArrayList<>();
  private final List<JobEdge> edges = new ArrayList<>();
  private final Map<String, String> configuration = new LinkedHashMap<>();

  private Job(String name) {
    this.name = name;
  }

  /** A job without vertices; the name is for people. */
  public static Job named(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("A job needs a name");
    }
    return new Job(name);
  }

  /**
   * Adds a vertex.
   *
   * @param vertexName for people; the vertex's id follows from it and from the vertex's position
   * @param code what each subtask runs: a public class with a public constructor without parameters
   */
  public Vertex vertex(String vertexName, Class<? extends TaskInvokable> code) {
    if (vertexName.isBlank()) {
      throw new IllegalArgumentException("A vertex of job '" + name + "' has no name");
    }
    checkInstantiable(vertexName, code);
    Vertex vertex = new Vertex(this, vertices.size(), vertexName, code);
    vertices.add(vertex);
    return vertex;
  }

  /** Sets a key of the job's configuration, which every subtask can read. */
  public Job config(String key, String value) {
    configuration.put(key, value);
    return this;
  }

  /**
   * Submits the job to the cluster of the {@link ExecutionContext#current() current context} and
   * returns once the cluster has accepted it and will not forget it.
   *
   * @throws IllegalArgumentException if the graph is not valid
   * @throws ClusterException if there is no cluster or it refuses the job
   */
  public JobExecution submit() {
    return ExecutionContext.current().submit(this);
  }

  /** Submits the job and waits for its end: {@code submit().await()}. */
  public JobResult execute() throws InterruptedException {
    return submit().await();
  }

  /** The name for people. */
  public String name() {
    return name;
  }

  /**
   * The job as a graph, without jars; what {@link #submit()} sends.
   *
   * @param defaultParallelism for the vertices that have none of their own
   * @param defaults the submission's configuration; the job's own keys win over it
   * @throws IllegalArgumentException if the graph is not valid
   */
  public JobGraph toJobGraph(JobID jobId, int defaultParallelism, Map<String, String> defaults) {
    Map<String, String> merged = new LinkedHashMap<>(defaults);
    merged.putAll(configuration);
    List<JobVertex> jobVertices =
        vertices.stream().map(vertex -> vertex.toJobVertex(defaultParallelism)).toList();
    return new JobGraph(
        jobId, name, jobVertices, edges, merged, List.of(), requirements(jobVertices));
  }

  /** Where nothing is fixed, nothing is said. */
  private JobResourceRequirements requirements(List<JobVertex> jobVertices) {
    List<VertexBounds> bounds = new ArrayList<>();
    boolean fixed = false;
    for (int i = 0; i < jobVertices.size(); i++) {
      int parallelism = jobVertices.get(i).parallelism();
      boolean keep = vertices.get(i).hasFixedParallelism();
      fixed |= keep && parallelism > 1;
      bounds.add(new VertexBounds(vertices.get(i).id(), keep ? parallelism : 1, parallelism));
    }
    return fixed ? new JobResourceRequirements(bounds) : JobResourceRequirements.NONE;
  }

  /** The classes of the user's code, in the order of the vertices. */
  List<Class<? extends TaskInvokable>> codeClasses() {
    List<Class<? extends TaskInvokable>> classes = new ArrayList<>();
    vertices.forEach(vertex -> classes.add(vertex.code()));
    return classes;
  }

  void connect(Vertex source, Vertex target, ShipStrategy strategy, ResultPartitionType type) {
    if (target.job() != this) {
      throw new IllegalArgumentException(
          "Vertex '"
              + target.name()
              + "' belongs to job '"
              + target.job().name
              + "' and cannot be reached from vertex '"
              + source.name()
              + "' of job '"
              + name
              + "'");
    }
    edges.add(new JobEdge(source.id(), target.id(), strategy, type));
  }

  private static void checkInstantiable(String vertexName, Class<?> code) {
    boolean outerNeeded = code.isMemberClass() && !Modifier.isStatic(code.getModifiers());
    boolean usable =
        Modifier.isPublic(code.getModifiers())
            && !Modifier.isAbstract(code.getModifiers())
            && !outerNeeded
            && hasPublicDefaultConstructor(code);
    if (!usable) {
      throw new IllegalArgumentException(
          "The class "
              + code.getName()
              + " of vertex '"
              + vertexName
              + "' cannot be made by a TaskManager: it must be public, not abstract, not an inner"
              + " class, and have a public constructor without parameters");
    }
  }

  private static boolean hasPublicDefaultConstructor(Class<?> code) {
    try {
      return Modifier.isPublic(code.getConstructor().getModifiers());
    } catch (NoSuchMethodException e) {
      return false;
    }
  }
}
