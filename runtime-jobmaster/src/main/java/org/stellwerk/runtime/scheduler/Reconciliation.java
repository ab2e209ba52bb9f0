package org.stellwerk.runtime.scheduler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.executiongraph.ExecutionGraph;
import org.stellwerk.runtime.executiongraph.TaskManagerLostException;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.VertexProgress;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;
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

  /** Where subtasks ran, as far as that is stored: the address of the TaskExecutor. */
  private final Map<ExecutionVertexID, String> places = new LinkedHashMap<>();

  /** Nothing is awaited. */
  public Reconciliation(
      ExecutionGraph graph, SlotPoolGateway slotPool, ExecutionDeployer deployer) {
    this.graph = graph;
    this.slotPool = slotPool;
    this.deployer = deployer;
  }

  /** Takes up what is stored; what has not finished is awaited from now on. */
  public void begin(JobProgress progress) {
    for (VertexProgress vertex : progress.vertices()) {
      for (int index = 0; index < vertex.places().size(); index++) {
        int place = vertex.places().get(index);
        if (place >= 0) {
          places.put(
              new ExecutionVertexID(vertex.vertexId(), index), progress.taskManagers().get(place));
        }
      }
    }
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

  /** The subtask is not waited for any more; false if it was not before. */
  public boolean giveUp(ExecutionVertexID subtask) {
    finished.remove(subtask);
    return awaited.remove(subtask);
  }

  /**
   * What ran at the address by what is stored, and was not reported, does not run any more: the
   * TaskExecutor is gone, or has told what it has.
   */
  public void lose(String address) {
    for (ExecutionVertexID subtask : List.copyOf(awaited)) {
      if (address.equals(places.get(subtask)) && giveUp(subtask)) {
        graph.lostBefore(
            subtask,
            new TaskManagerLostException(
                "The TaskManager at " + address + " is gone, or does not run it any more"));
      }
    }
  }

  /** Nothing is waited for any more. */
  public void giveUpAll() {
    awaited.clear();
    finished.clear();
  }

  /**
   * What nobody has reported.
   *
   * @param lost the subtasks of regions of which others run or have run, and those whose results
   *     are gone
   * @param fresh the subtasks of regions of which nothing is known
   */
  public record Missing(List<ExecutionVertexID> lost, List<ExecutionVertexID> fresh) {

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
    Set<ExecutionVertexID> madeAgain = endFinished(needed);
    Map<ExecutionVertexID, Boolean> begunByFirst = new LinkedHashMap<>();
    List<ExecutionVertexID> fresh = new ArrayList<>();
    List<ExecutionVertexID> lost = new ArrayList<>();
    for (ExecutionVertexID id : awaited) {
      List<ExecutionVertexID> region = regions.regionOf(id).subtasks();
      if (madeAgain.contains(id)
          || begunByFirst.computeIfAbsent(region.get(0), first -> hasBegun(region))) {
        lost.add(id);
      } else {
        fresh.add(id);
      }
    }
    giveUpAll();
    return new Missing(lost, fresh);
  }

  /** Consumers first: a result is of no use to one that has finished, and whose is not needed. */
  private Set<ExecutionVertexID> endFinished(
      Function<Collection<ExecutionVertexID>, Collection<ExecutionVertexID>> needed) {
    Map<JobVertexID, List<ExecutionVertexID>> byVertex = new LinkedHashMap<>();
    for (ExecutionVertexID id : finished) {
      byVertex.computeIfAbsent(id.jobVertexId(), ignored -> new ArrayList<>()).add(id);
    }
    List<List<ExecutionVertexID>> consumersFirst = new ArrayList<>(byVertex.values());
    Collections.reverse(consumersFirst);
    Set<ExecutionVertexID> madeAgain = new LinkedHashSet<>();
    for (List<ExecutionVertexID> subtasks : consumersFirst) {
      madeAgain.addAll(needed.apply(subtasks));
      for (ExecutionVertexID id : subtasks) {
        if (!madeAgain.contains(id)) {
          awaited.remove(id);
          graph.finishedBefore(id);
        }
      }
    }
    return madeAgain;
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
