package org.stellwerk.runtime.messages;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobVertexID;

/** The tasks of one job for one TaskExecutor in one message: what they share is there once. */
public record TaskDeploymentBatch(
    JobInformation jobInformation,
    List<TaskInformation> vertices,
    List<ProducerLocations> producers,
    List<Entry> tasks) {

  public TaskDeploymentBatch {
    vertices = List.copyOf(vertices);
    producers = List.copyOf(producers);
    tasks = List.copyOf(tasks);
  }

  /** What is a task's own. */
  public record Entry(ExecutionAttemptID attemptId, AllocationID allocationId) {}

  /** Packs descriptors of one job; there must be at least one. */
  public static TaskDeploymentBatch of(List<TaskDeploymentDescriptor> descriptors) {
    Map<JobVertexID, TaskInformation> vertices = new LinkedHashMap<>();
    Map<JobVertexID, ProducerLocations> producers = new LinkedHashMap<>();
    List<Entry> tasks = new ArrayList<>(descriptors.size());
    for (TaskDeploymentDescriptor descriptor : descriptors) {
      vertices.putIfAbsent(descriptor.attemptId().jobVertexId(), descriptor.taskInformation());
      for (ProducerLocations locations : descriptor.producers()) {
        // The later one knows more: it was made after more of the producers had their places.
        producers.put(locations.producer(), locations);
      }
      tasks.add(new Entry(descriptor.attemptId(), descriptor.allocationId()));
    }
    return new TaskDeploymentBatch(
        descriptors.get(0).jobInformation(),
        new ArrayList<>(vertices.values()),
        new ArrayList<>(producers.values()),
        tasks);
  }

  /** The descriptors again, in their order. */
  public List<TaskDeploymentDescriptor> unpack() {
    Map<JobVertexID, TaskInformation> vertexById = new LinkedHashMap<>();
    vertices.forEach(vertex -> vertexById.put(vertex.vertex().id(), vertex));
    Map<JobVertexID, ProducerLocations> producerById = new LinkedHashMap<>();
    producers.forEach(producer -> producerById.put(producer.producer(), producer));
    Map<JobVertexID, List<ProducerLocations>> inputsOf = new LinkedHashMap<>();
    for (TaskInformation vertex : vertices) {
      List<ProducerLocations> inputs =
          vertex.inputs().stream()
              .map(TaskInformation.Input::producer)
              .distinct()
              .map(
                  id -> {
                    ProducerLocations found = producerById.get(id);
                    if (found == null) {
                      throw new IllegalArgumentException("No locations for producer " + id);
                    }
                    return found;
                  })
              .toList();
      inputsOf.put(vertex.vertex().id(), inputs);
    }
    List<TaskDeploymentDescriptor> descriptors = new ArrayList<>(tasks.size());
    for (Entry task : tasks) {
      JobVertexID vertexId = task.attemptId().jobVertexId();
      TaskInformation vertex = vertexById.get(vertexId);
      if (vertex == null) {
        throw new IllegalArgumentException("No task information for vertex " + vertexId);
      }
      descriptors.add(
          new TaskDeploymentDescriptor(
              jobInformation,
              vertex,
              inputsOf.get(vertexId),
              task.attemptId(),
              task.allocationId()));
    }
    return descriptors;
  }
}
