package org.stellwerk.runtime.executiongraph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.highavailability.VertexProgress;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobmaster.slotpool.LogicalSlot;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobInformation;
import org.stellwerk.runtime.messages.ProducerLocations;
import org.stellwerk.runtime.messages.ProducerLocations.ProducerLocation;
import org.stellwerk.runtime.messages.TaskInformation;

/**
 * One vertex of a job and its subtasks. Makes once what deployments of its subtasks share: the task
 * information, and where each producer runs, until one of them gets another place. So the cost of a
 * deployment is linear in the number of subtasks, however they are connected. In the JobMaster's
 * main thread; soft state.
 */
public final class ExecutionJobVertex {

  private final JobInformation jobInformation;
  private final TaskInformation taskInformation;
  private final List<ExecutionJobVertex> producers;
  private final List<ExecutionVertex> vertices;
  private @Nullable ProducerLocations locations;

  /**
   * A vertex whose subtasks are CREATED.
   *
   * @param producers the distinct vertices that it reads from
   */
  ExecutionJobVertex(
      JobInformation jobInformation,
      TaskInformation taskInformation,
      List<ExecutionJobVertex> producers,
      GraphIdentity identity,
      ExecutionContext context) {
    this.jobInformation = jobInformation;
    this.taskInformation = taskInformation;
    this.producers = List.copyOf(producers);
    List<ExecutionVertex> subtasks = new ArrayList<>(getParallelism());
    for (int index = 0; index < getParallelism(); index++) {
      subtasks.add(new ExecutionVertex(this, index, identity, context));
    }
    this.vertices = List.copyOf(subtasks);
  }

  /** The vertex's identity. */
  public JobVertexID getId() {
    return taskInformation.vertex().id();
  }

  /** The vertex's name, for people. */
  public String getName() {
    return taskInformation.vertex().name();
  }

  /** How many subtasks there are. */
  public int getParallelism() {
    return taskInformation.vertex().parallelism();
  }

  /** The subtasks, by index. */
  public List<ExecutionVertex> getVertices() {
    return vertices;
  }

  JobInformation getJobInformation() {
    return jobInformation;
  }

  TaskInformation getTaskInformation() {
    return taskInformation;
  }

  /** Where the producers run, as far as they have slots. */
  List<ProducerLocations> getProducers() {
    return producers.stream().map(ExecutionJobVertex::locations).toList();
  }

  /** A subtask has a new attempt or slot. */
  void placesChanged() {
    locations = null;
  }

  private ProducerLocations locations() {
    ProducerLocations known = locations;
    if (known == null) {
      List<ProducerLocation> bySubtask = new ArrayList<>(vertices.size());
      for (ExecutionVertex vertex : vertices) {
        Execution execution = vertex.getCurrentExecution();
        bySubtask.add(new ProducerLocation(execution.getAttemptId(), execution.getLocation()));
      }
      known = ProducerLocations.of(getId(), bySubtask);
      locations = known;
    }
    return known;
  }

  /**
   * How far the subtasks have come.
   *
   * @param taskManagers indexes of the addresses of TaskExecutors, to which new ones are added
   */
  VertexProgress progress(Map<String, Integer> taskManagers) {
    List<Integer> attempts = new ArrayList<>(vertices.size());
    List<Integer> places = new ArrayList<>(vertices.size());
    List<Integer> finished = new ArrayList<>();
    for (ExecutionVertex vertex : vertices) {
      Execution current = vertex.getCurrentExecution();
      attempts.add(current.newestDeployedAttempt());
      if (current.getState() == ExecutionState.FINISHED) {
        finished.add(vertex.getId().subtaskIndex());
      }
      LogicalSlot slot = current.getSlot();
      places.add(
          slot == null
              ? -1
              : taskManagers.computeIfAbsent(
                  slot.getTaskManagerGateway().getAddress(), added -> taskManagers.size()));
    }
    return new VertexProgress(getId(), attempts, finished, places);
  }

  ArchivedExecutionGraph.Vertex archive() {
    return new ArchivedExecutionGraph.Vertex(
        getId(),
        getName(),
        getParallelism(),
        getTaskInformation().vertex().slotSharing().group(),
        vertices.stream().map(vertex -> vertex.getCurrentExecution().archive()).toList());
  }
}
