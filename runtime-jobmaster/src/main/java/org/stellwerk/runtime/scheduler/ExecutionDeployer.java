package org.stellwerk.runtime.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.jobmaster.slotpool.AllocatedSlot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolGateway;
import org.stellwerk.runtime.messages.ExecutionState;

/**
 * Brings subtasks into slots: asks for these, assigns them once all are there, and deploys.
 * Component of a scheduler, in the JobMaster's main thread; its state is that of the allocator.
 */
final class ExecutionDeployer {

  private static final Logger LOG = LoggerFactory.getLogger(ExecutionDeployer.class);

  private final SchedulerServices services;
  private final SlotSharingExecutionSlotAllocator slotAllocator;
  private final Consumer<Throwable> onRefused;

  /**
   * A deployer for one job.
   *
   * @param onRefused is told when there will be no slots
   */
  ExecutionDeployer(
      SlotPoolGateway slotPool, SchedulerServices services, Consumer<Throwable> onRefused) {
    this.services = services;
    this.slotAllocator =
        new SlotSharingExecutionSlotAllocator(slotPool, services.slotRequestTimeout());
    this.onRefused = onRefused;
  }

  /**
   * The subtasks wait for slots, and are deployed together.
   *
   * @param waitsForMore whether to go on waiting while the cluster has too few slots
   */
  void schedule(ExecutionGraph graph, List<ExecutionVertexID> subtasks, boolean waitsForMore) {
    graph.schedule(subtasks);
    Set<Integer> indices = new TreeSet<>();
    subtasks.forEach(id -> indices.add(id.subtaskIndex()));
    FutureUtils.assertNoException(
        slotAllocator.allocate(
            indices,
            waitsForMore,
            new SlotSharingExecutionSlotAllocator.Answer() {
              @Override
              public void granted(Map<Integer, AllocatedSlot> slots) {
                deploy(graph, subtasks, slots);
              }

              @Override
              public void refused(Throwable reason) {
                onRefused.accept(reason);
              }
            }),
        services.runtime().fatalErrorHandler());
  }

  private void deploy(
      ExecutionGraph graph, List<ExecutionVertexID> subtasks, Map<Integer, AllocatedSlot> slots) {
    List<Execution> deployable = new ArrayList<>(subtasks.size());
    for (ExecutionVertexID id : subtasks) {
      Execution execution = graph.getVertex(id).getCurrentExecution();
      if (execution.getState() == ExecutionState.SCHEDULED) {
        AllocatedSlot slot = slots.get(id.subtaskIndex());
        if (slot == null || !execution.tryAssignSlot(slot.allocateLogicalSlot())) {
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
        slots.size(),
        slots.values().stream().map(slot -> slot.getSlotId().resourceId()).distinct().count());
    deployable.forEach(Execution::deploy);
  }
}
