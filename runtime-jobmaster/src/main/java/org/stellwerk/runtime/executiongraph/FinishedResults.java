package org.stellwerk.runtime.executiongraph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/**
 * Where the results are that finished subtasks have left for consumers on blocking edges. One is
 * available from the end of its attempt until its TaskExecutor is lost, a consumer misses it, or it
 * is to be made anew. Component of the ExecutionGraph, in the JobMaster's main thread; soft state.
 */
public final class FinishedResults implements LostResults {

  private record Place(ExecutionAttemptID attempt, ResourceID taskManagerId) {}

  private final Map<ExecutionVertexID, Place> available = new LinkedHashMap<>();
  private final Map<ResourceID, Set<ExecutionVertexID>> byTaskManager = new LinkedHashMap<>();

  /** Of each vertex with a blocking output, the subtasks that are not available. */
  private final Map<JobVertexID, Set<ExecutionVertexID>> missing = new LinkedHashMap<>();

  /** Of those, the ones that were available and have not been taken up for a restart since. */
  private final Map<JobVertexID, Set<ExecutionVertexID>> lost = new LinkedHashMap<>();

  /** A vertex that leaves results, none of which is there. */
  void expect(ExecutionJobVertex vertex) {
    Set<ExecutionVertexID> all = new LinkedHashSet<>();
    vertex.getVertices().forEach(subtask -> all.add(subtask.getId()));
    missing.put(vertex.getId(), all);
  }

  /** Follows a transition of an execution. */
  void onStateChanged(Execution execution, ExecutionState to) {
    ExecutionVertexID id = execution.getVertex().getId();
    Set<ExecutionVertexID> siblings = missing.get(id.jobVertexId());
    TaskManagerLocation location = execution.getLocation();
    if (to == ExecutionState.FINISHED && siblings != null && location != null) {
      siblings.remove(id);
      available.put(id, new Place(execution.getAttemptId(), location.resourceId()));
      byTaskManager
          .computeIfAbsent(location.resourceId(), ignored -> new LinkedHashSet<>())
          .add(id);
    }
  }

  @Override
  public boolean isLost(ExecutionVertexID producer) {
    return lost.getOrDefault(producer.jobVertexId(), Set.of()).contains(producer);
  }

  @Override
  public Collection<ExecutionVertexID> lostOf(JobVertexID producer) {
    return List.copyOf(lost.getOrDefault(producer, Set.of()));
  }

  /** The subtask has finished under an earlier leader, and nobody has what it left, if anything. */
  void notFound(ExecutionVertexID producer) {
    if (missing.containsKey(producer.jobVertexId())) {
      lose(producer);
    }
  }

  /** Whether the subtask has finished and what it has left is there. */
  public boolean isAvailable(ExecutionVertexID producer) {
    return available.containsKey(producer);
  }

  /** Whether all subtasks of a vertex that leaves results are available. */
  public boolean isComplete(JobVertexID producer) {
    return missing.getOrDefault(producer, Set.of()).isEmpty();
  }

  /** Whether the TaskExecutor has one. */
  public boolean isHolding(ResourceID taskManagerId) {
    return byTaskManager.containsKey(taskManagerId);
  }

  /** What the TaskExecutor has is lost; returns whose it is. */
  public List<ExecutionVertexID> lose(ResourceID taskManagerId) {
    List<ExecutionVertexID> there =
        List.copyOf(byTaskManager.getOrDefault(taskManagerId, Set.of()));
    there.forEach(this::lose);
    return there;
  }

  /**
   * A consumer could not read the result of the attempt; returns what is lost by that.
   *
   * @param withAllBesides whether its TaskExecutor could not be reached at all
   */
  public List<ExecutionVertexID> lose(ExecutionAttemptID producer, boolean withAllBesides) {
    Place place = available.get(producer.executionVertexId());
    if (place == null || !place.attempt.equals(producer)) {
      return List.of();
    }
    if (withAllBesides) {
      return lose(place.taskManagerId);
    }
    lose(producer.executionVertexId());
    return List.of(producer.executionVertexId());
  }

  private void lose(ExecutionVertexID producer) {
    remove(producer);
    lost.computeIfAbsent(producer.jobVertexId(), ignored -> new LinkedHashSet<>()).add(producer);
  }

  /** Subtasks are to run again; returns what is of no use any more, by TaskExecutor. */
  public Map<ResourceID, List<ExecutionAttemptID>> invalidate(
      Collection<ExecutionVertexID> subtasks) {
    Map<ResourceID, List<ExecutionAttemptID>> useless = new LinkedHashMap<>();
    for (ExecutionVertexID id : subtasks) {
      Place place = remove(id);
      lost.getOrDefault(id.jobVertexId(), new LinkedHashSet<>()).remove(id);
      if (place != null) {
        useless
            .computeIfAbsent(place.taskManagerId, ignored -> new ArrayList<>())
            .add(place.attempt);
      }
    }
    return useless;
  }

  private @Nullable Place remove(ExecutionVertexID id) {
    Place place = available.remove(id);
    if (place != null) {
      missing.getOrDefault(id.jobVertexId(), new LinkedHashSet<>()).add(id);
      Set<ExecutionVertexID> there = byTaskManager.get(place.taskManagerId);
      if (there != null && there.remove(id) && there.isEmpty()) {
        byTaskManager.remove(place.taskManagerId);
      }
    }
    return place;
  }
}
