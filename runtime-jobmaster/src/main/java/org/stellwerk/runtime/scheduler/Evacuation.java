package org.stellwerk.runtime.scheduler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.slotpool.LogicalSlot;

/**
 * Which tasks are to leave TaskExecutors that are being drained, and can: a task moves with its
 * region and with all that shares a slot there, once there are as many free slots elsewhere as they
 * leave. Until then they go on where they are. Component of a scheduler, in the JobMaster's main
 * thread; soft state.
 */
final class Evacuation {

  private final Function<List<ExecutionVertexID>, List<ExecutionVertexID>> regionsOf;
  private List<ResourceID> draining = List.of();

  /**
   * Nobody is to leave.
   *
   * @param regionsOf the subtasks that start again with these
   */
  Evacuation(Function<List<ExecutionVertexID>, List<ExecutionVertexID>> regionsOf) {
    this.regionsOf = regionsOf;
  }

  /** The TaskExecutors that are to be left, all of them. */
  void setDraining(List<ResourceID> taskManagerIds) {
    draining = List.copyOf(taskManagerIds);
  }

  /** Whether anything is to be left. */
  boolean isNeeded() {
    return !draining.isEmpty();
  }

  /**
   * The attempts that leave now.
   *
   * @param freeSlots how many slots are free elsewhere
   */
  List<Execution> leaving(ExecutionGraph graph, int freeSlots) {
    if (draining.isEmpty() || freeSlots == 0) {
      return List.of();
    }
    Map<AllocationID, List<Execution>> occupants = occupants(graph);
    List<Execution> leaving = new ArrayList<>();
    Set<AllocationID> seen = new LinkedHashSet<>();
    int left = freeSlots;
    for (AllocationID slot : occupants.keySet()) {
      if (seen.contains(slot)) {
        continue;
      }
      Set<AllocationID> group = groupOf(slot, occupants);
      seen.addAll(group);
      if (group.size() <= left) {
        left -= group.size();
        group.forEach(each -> leaving.addAll(occupants.get(each)));
      }
    }
    return leaving;
  }

  /** Slots that must be left together: grows until neither a region nor a slot is in parts. */
  private Set<AllocationID> groupOf(
      AllocationID first, Map<AllocationID, List<Execution>> occupants) {
    Set<AllocationID> slots = new LinkedHashSet<>(List.of(first));
    Set<ExecutionVertexID> subtasks = new LinkedHashSet<>();
    int before;
    do {
      before = slots.size();
      slots.forEach(slot -> occupants.get(slot).forEach(each -> subtasks.add(idOf(each))));
      subtasks.addAll(regionsOf.apply(List.copyOf(subtasks)));
      occupants.forEach(
          (slot, there) -> {
            if (there.stream().anyMatch(each -> subtasks.contains(idOf(each)))) {
              slots.add(slot);
            }
          });
    } while (slots.size() > before);
    return slots;
  }

  private static ExecutionVertexID idOf(Execution execution) {
    return execution.getVertex().getId();
  }

  private Map<AllocationID, List<Execution>> occupants(ExecutionGraph graph) {
    Map<AllocationID, List<Execution>> occupants = new LinkedHashMap<>();
    graph.forEachExecution(
        execution -> {
          LogicalSlot slot = execution.getSlot();
          if (slot != null && draining.contains(slot.getTaskManagerLocation().resourceId())) {
            occupants
                .computeIfAbsent(slot.getAllocationId(), ignored -> new ArrayList<>())
                .add(execution);
          }
        });
    return occupants;
  }
}
