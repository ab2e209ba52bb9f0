package org.stellwerk.runtime.runner;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.JobInformation;
import org.stellwerk.runtime.messages.ProducerLocations;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskInformation;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.taskexecutor.TaskHandle;

/** A job of the test's making, deployed to runners as a JobMaster would. */
final class TestJob {

  final JobID jobId = new JobID(UUID.randomUUID());
  final Map<ExecutionVertexID, RecordingEvents> events = new LinkedHashMap<>();
  final Map<ExecutionVertexID, TaskHandle> handles = new LinkedHashMap<>();
  int attemptNumber;
  List<BlobKey> jars = List.of();
  List<String> names = List.of("tm-0", "tm-1");

  private final ExecutionGraphId graphId = new ExecutionGraphId(UUID.randomUUID());
  private final List<ThreadTaskRunner> runners;
  private final Map<String, JobVertex> vertices = new LinkedHashMap<>();
  private final List<JobEdge> edges = new ArrayList<>();
  private BiFunction<String, Integer, Integer> placement;

  /** Subtask i of each vertex runs on runner i modulo their number. */
  TestJob(List<ThreadTaskRunner> runners) {
    this.runners = runners;
    this.placement = (name, subtask) -> subtask % runners.size();
  }

  TestJob place(BiFunction<String, Integer, Integer> runnerOf) {
    placement = runnerOf;
    return this;
  }

  TestJob vertex(String name, int parallelism, Class<?> invokable, String... configuration) {
    return vertex(name, parallelism, invokable.getName(), configuration);
  }

  TestJob vertex(String name, int parallelism, String invokable, String... configuration) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (int i = 0; i < configuration.length; i += 2) {
      texts.put(configuration[i], configuration[i + 1]);
    }
    JobVertexID id = new JobVertexID(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
    vertices.put(name, new JobVertex(id, name, parallelism, invokable, texts, new byte[0]));
    return this;
  }

  TestJob edge(String from, String to, ShipStrategy strategy) {
    edges.add(new JobEdge(vertex(from).id(), vertex(to).id(), strategy));
    return this;
  }

  TestJob blockingEdge(String from, String to, ShipStrategy strategy) {
    edges.add(
        new JobEdge(vertex(from).id(), vertex(to).id(), strategy, ResultPartitionType.BLOCKING));
    return this;
  }

  TestJob deployAll() {
    for (String name : vertices.keySet()) {
      for (int i = 0; i < vertex(name).parallelism(); i++) {
        deploy(name, i);
      }
    }
    return this;
  }

  RecordingEvents deploy(String name, int subtask) {
    return prepared(name, subtask).deploy();
  }

  /** A task whose deployment says where everybody is now. */
  final class Placed {
    private final ExecutionVertexID id;
    private final ThreadTaskRunner runner;
    private final TaskDeploymentDescriptor descriptor;

    private Placed(ExecutionVertexID id, ThreadTaskRunner runner, TaskDeploymentDescriptor task) {
      this.id = id;
      this.runner = runner;
      this.descriptor = task;
    }

    RecordingEvents deploy() {
      RecordingEvents recording = new RecordingEvents();
      events.put(id, recording);
      handles.put(id, runner.start(descriptor, recording));
      return recording;
    }
  }

  Placed prepared(String name, int subtask) {
    return new Placed(
        new ExecutionVertexID(vertex(name).id(), subtask),
        runners.get(placement.apply(name, subtask)),
        descriptor(name, subtask));
  }

  RecordingEvents events(String name, int subtask) {
    return found(events.get(new ExecutionVertexID(vertex(name).id(), subtask)));
  }

  TaskHandle handle(String name, int subtask) {
    return found(handles.get(new ExecutionVertexID(vertex(name).id(), subtask)));
  }

  void cancelAll() {
    handles.values().forEach(TaskHandle::cancel);
  }

  void awaitAll() {
    events.values().forEach(RecordingEvents::awaitEnd);
  }

  List<String> ends() {
    return events.values().stream().map(RecordingEvents::last).distinct().toList();
  }

  TaskDeploymentDescriptor descriptor(String name, int subtask) {
    JobVertex vertex = vertex(name);
    List<TaskInformation.Input> inputs = new ArrayList<>();
    List<TaskInformation.Output> outputs = new ArrayList<>();
    Map<JobVertexID, ProducerLocations> producers = new LinkedHashMap<>();
    for (JobEdge edge : edges) {
      JobVertex source = vertex(edge.source());
      JobVertex target = vertex(edge.target());
      if (target.equals(vertex)) {
        int output =
            edges.stream().filter(e -> e.source().equals(source.id())).toList().indexOf(edge);
        inputs.add(
            new TaskInformation.Input(
                source.id(), source.parallelism(), output, edge.shipStrategy(), edge.resultType()));
        producers.put(source.id(), locations(source));
      }
      if (source.equals(vertex)) {
        int input =
            edges.stream().filter(e -> e.target().equals(target.id())).toList().indexOf(edge);
        outputs.add(
            new TaskInformation.Output(
                target.id(), target.parallelism(), input, edge.shipStrategy(), edge.resultType()));
      }
    }
    return new TaskDeploymentDescriptor(
        new JobInformation(jobId, "test", Map.of(), jars, "http://blobs/"),
        new TaskInformation(vertex, inputs, outputs),
        List.copyOf(producers.values()),
        attempt(vertex, subtask),
        new AllocationID(UUID.randomUUID()));
  }

  private ProducerLocations locations(JobVertex vertex) {
    List<ProducerLocations.ProducerLocation> all = new ArrayList<>();
    for (int i = 0; i < vertex.parallelism(); i++) {
      int runner = placement.apply(vertex.name(), i);
      all.add(new ProducerLocations.ProducerLocation(attempt(vertex, i), location(runner)));
    }
    return ProducerLocations.of(vertex.id(), all);
  }

  private TaskManagerLocation location(int runner) {
    return new TaskManagerLocation(
        new ResourceID(names.get(runner)), "127.0.0.1", runners.get(runner).dataPort());
  }

  private ExecutionAttemptID attempt(JobVertex vertex, int subtask) {
    return new ExecutionAttemptID(
        graphId, new ExecutionVertexID(vertex.id(), subtask), attemptNumber);
  }

  private JobVertex vertex(String name) {
    return found(vertices.get(name));
  }

  private JobVertex vertex(JobVertexID id) {
    return vertices.values().stream().filter(v -> v.id().equals(id)).findFirst().orElseThrow();
  }

  private static <T> T found(@org.jspecify.annotations.Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException("No such vertex or subtask");
    }
    return value;
  }
}
