package org.stellwerk.runtime.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.slotpool.AllocatedSlot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolGateway;
import org.stellwerk.runtime.messages.ExecutionState;

/**
 * Brings subtasks into slots: asks for these, assigns them once all are there, and deploys.
 * Component of a scheduler, in the JobMaster's main thread; its state is that of the allocator.
 */
public final class ExecutionDeployer {

  private static final Logger LOG = LoggerFactory.getLogger(ExecutionDeployer.class);

  private final SchedulerServices services;
  private final SlotSharingExecutionSlotAllocator slotAllocator;
  private final BiConsumer<List<ExecutionVertexID>, Throwable> onRefused;

  /**
   * A deployer for one job.
   *
   * @param onNeed is told how many slots are needed by the subtasks that were scheduled
   * @param onRefused is told for which subtasks that wait there will be no slots; not of those
   *     whose attempts have ended meanwhile, though others may wait in their place
   */
  public ExecutionDeployer(
      JobGraph jobGraph,
      SlotPoolGateway slotPool,
      SchedulerServices services,
      IntConsumer onNeed,
      BiConsumer<List<ExecutionVertexID>, Throwable> onRefused) {
    this.services = services;
    this.slotAllocator =
        new SlotSharingExecutionSlotAllocator(
            jobGraph, slotPool, onNeed, services.slotRequestTimeout());
    this.onRefused = onRefused;
  }

  /**
   * The subtasks wait for slots, and are deployed together.
   *
   * @param waitsForMore whether to go on waiting while the cluster has too few slots
   */
  public void schedule(
      ExecutionGraph graph, List<ExecutionVertexID> subtasks, boolean waitsForMore) {
    graph.schedule(subtasks);
    request(graph, subtasks, waitsForMore);
  }

  /** Asks once more for the slots of subtasks that are scheduled. */
  void request(ExecutionGraph graph, List<ExecutionVertexID> subtasks, boolean waitsForMore) {
    List<Execution> waiting =
        subtasks.stream().map(id -> graph.getVertex(id).getCurrentExecution()).toList();
    FutureUtils.assertNoException(
        slotAllocator.allocate(
            subtasks,
            waitsForMore,
            new SlotSharingExecutionSlotAllocator.Answer() {
              @Override
              public void granted(Map<ExecutionVertexID, AllocatedSlot> slots) {
                deploy(graph, slots);
              }

              @Override
              public void refused(Throwable reason) {
                if (isAwaited()) {
                  onRefused.accept(subtasks, reason);
                }
              }

              @Override
              public boolean isAwaited() {
                return waiting.stream()
                    .anyMatch(each -> each.getState() == ExecutionState.SCHEDULED);
              }
            }),
        services.runtime().fatalErrorHandler());
  }

  /** The subtask runs in the slot already; false if that is not the slot that it should be in. */
  public boolean adopt(ExecutionVertexID subtask, AllocatedSlot slot) {
    return slotAllocator.adopt(subtask, slot);
  }

  /** Tells how many slots are needed, after slots were taken over. */
  public void declareNeed() {
    slotAllocator.declareNeed();
  }

  /** The subtask will not be scheduled again, and needs no slot any more. */
  public void noLongerNeeds(ExecutionVertexID subtask) {
    slotAllocator.noLongerNeeds(subtask);
  }

  private void deploy(ExecutionGraph graph, Map<ExecutionVertexID, AllocatedSlot> slots) {
    List<Execution> deployable = new ArrayList<>(slots.size());
    for (Map.Entry<ExecutionVertexID, AllocatedSlot> each : slots.entrySet()) {
      Execution execution = graph.getVertex(each.getKey()).getCurrentExecution();
      if (execution.getState() == ExecutionState.SCHEDULED) {
        AllocatedSlot slot = each.getValue();
        if (!execution.tryAssignSlot(slot.allocateLogicalSlot())) {
          throw new IllegalStateException("Could not assign " + slot + " to " + execution);
        }
        deployable.add(execution);
      }
    }
    slotAllocator.returnUnused(slots);
    if (deployable.isEmpty()) {
      return;
    }
    LOG.info(
        "Job {}: deploying {} tasks to {} slots on {} TaskManagers.",
        graph.getJobId(),
        deployable.size(),
        slots.values().stream().distinct().count(),
        slots.values().stream().map(slot -> slot.getSlotId().resourceId()).distinct().count());
    deployable.forEach(Execution::deploy);
  }
}
