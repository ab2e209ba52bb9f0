package org.stellwerk.runtime.scheduler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.executiongraph.Execution;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.jobmaster.slotpool.AllocatedSlot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolGateway;
import org.stellwerk.runtime.jobmaster.slotpool.TaskManagerGateway;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.JobReport.HeldExecution;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.scheduler.failover.PipelinedRegions;

/**
 * Puts a job together that ran under an earlier leader: from what is stored, and from what
 * TaskExecutors report. A subtask is <em>awaited</em> until somebody reports an attempt of it;
 * reports of others are not taken up. An attempt older than the stored one is not, either: a later
 * one was deployed. Component of a scheduler, in the JobMaster's main thread; soft state.
 */
public final class Reconciliation {

  private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

  private final ExecutionGraph graph;
  private final SlotPoolGateway slotPool;
  private final ExecutionDeployer deployer;
  private final Set<ExecutionVertexID> awaited = new LinkedHashSet<>();

  /** Of the awaited ones those that have finished: they are missed only for their results. */
  private final Set<ExecutionVertexID> finished = new LinkedHashSet<>();

  /** Nothing is awaited. */
  public Reconciliation(
      ExecutionGraph graph, SlotPoolGateway slotPool, ExecutionDeployer deployer) {
    this.graph = graph;
    this.slotPool = slotPool;
    this.deployer = deployer;
  }

  /** Takes up what is stored; what has not finished is awaited from now on. */
  public void begin(JobProgress progress) {
    finished.addAll(graph.restore(progress.vertices()));
    graph.forEachExecution(
        execution -> {
          if (execution.getState() == ExecutionState.CREATED) {
            awaited.add(execution.getVertex().getId());
          }
        });
  }

  /** Whether nothing is awaited. */
  public boolean isOver() {
    return awaited.isEmpty();
  }

  /** Whether an attempt of the subtask may be reported still. */
  public boolean isAwaited(ExecutionVertexID subtask) {
    return awaited.contains(subtask);
  }

  /** The subtask is not waited for any more; false if it was not before. */
  public boolean giveUp(ExecutionVertexID subtask) {
    finished.remove(subtask);
    return awaited.remove(subtask);
  }

  /** Nothing is waited for any more. */
  public void giveUpAll() {
    awaited.clear();
    finished.clear();
  }

  /**
   * What nobody has reported.
   *
   * @param lost attempts in regions of which others run or have run
   * @param fresh the subtasks of regions of which nothing is known
   */
  public record Missing(List<Execution> lost, List<ExecutionVertexID> fresh) {

    String describe() {
      int count = lost.size() + fresh.size();
      return count == 0
          ? "its tasks are accounted for"
          : count + " tasks were reported by no TaskManager and start again";
    }
  }

  /**
   * Nothing is waited for any more.
   *
   * @param needed of finished subtasks, those whose results others wait for
   */
  public Missing end(
      PipelinedRegions regions,
      Function<Collection<ExecutionVertexID>, Collection<ExecutionVertexID>> needed) {
    finished.removeAll(needed.apply(List.copyOf(finished)));
    awaited.removeAll(finished);
    finished.forEach(graph::finishedBefore);
    Map<ExecutionVertexID, Boolean> begunByFirst = new LinkedHashMap<>();
    List<ExecutionVertexID> fresh = new ArrayList<>();
    List<Execution> lost = new ArrayList<>();
    for (ExecutionVertexID id : awaited) {
      List<ExecutionVertexID> region = regions.regionOf(id).subtasks();
      if (begunByFirst.computeIfAbsent(region.get(0), first -> hasBegun(region))) {
        lost.add(graph.getVertex(id).getCurrentExecution());
      } else {
        fresh.add(id);
      }
    }
    giveUpAll();
    return new Missing(lost, fresh);
  }

  private boolean hasBegun(List<ExecutionVertexID> region) {
    return region.stream()
        .anyMatch(
            id -> graph.getVertex(id).getCurrentExecution().getState() != ExecutionState.CREATED);
  }

  /** Takes over what a TaskExecutor has, as far as it is awaited. */
  public Adoption adopt(
      TaskManagerLocation location, TaskManagerGateway gateway, JobReport report) {
    if (isOver()) {
      return Adoption.NONE;
    }
    Map<AllocationID, AllocatedSlot> slots = new LinkedHashMap<>();
    for (SlotOffer held : report.slots()) {
      slotPool
          .adoptSlot(location, gateway, held)
          .ifPresent(slot -> slots.put(held.allocationId(), slot));
    }
    List<ExecutionAttemptID> attempts = new ArrayList<>();
    for (HeldExecution held : report.executions()) {
      if (adopt(location, held, slots.get(held.allocationId()))) {
        attempts.add(held.attemptId());
      } else {
        LOG.info(
            "Job {}: attempt {} on TaskManager {} is not taken over.",
            graph.getJobId(),
            held.attemptId(),
            location.resourceId());
      }
    }
    slots.values().forEach(slotPool::returnUnused);
    return new Adoption(
        slots.values().stream()
            .filter(AllocatedSlot::isAlive)
            .map(AllocatedSlot::getAllocationId)
            .toList(),
        attempts);
  }

  private boolean adopt(
      TaskManagerLocation location, HeldExecution held, @Nullable AllocatedSlot slot) {
    ExecutionVertexID subtask = held.attemptId().executionVertexId();
    boolean hasEnded = held.state().isTerminal();
    if (!awaited.contains(subtask)
        || isOlderThanStored(subtask, held.attemptId())
        || hasEnded != (slot == null)
        || (finished.contains(subtask) && held.state() != ExecutionState.FINISHED)
        || (slot != null && !deployer.adopt(subtask, slot))) {
      return false;
    }
    giveUp(subtask);
    graph.adopt(location, slot == null ? null : slot.allocateLogicalSlot(), held);
    return true;
  }

  /** An awaited subtask waits with the number that follows the stored one. */
  private boolean isOlderThanStored(ExecutionVertexID subtask, ExecutionAttemptID attempt) {
    ExecutionAttemptID next = graph.getVertex(subtask).getCurrentExecution().getAttemptId();
    return attempt.attemptNumber() < next.attemptNumber() - 1;
  }
}
