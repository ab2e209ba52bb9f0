package org.stellwerk.runtime.executiongraph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat.ExecutionStatus;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/**
 * Which attempts are deployed on which TaskExecutor, and what differs from what that reports. An
 * attempt counts as missing when two reports in a row that came after its TaskExecutor's answer
 * lack it: the first may have been on its way when the task was. One of which nothing was ever
 * heard may not have arrived. Component of the JobMaster, in its main thread; soft state.
 */
public final class DeploymentTracker {

  /**
   * The difference between belief and report.
   *
   * @param missing deployed as far as is known here, but not there
   * @param unknown running there, but not, or no longer, meant to
   * @param notCancelled to be cancelled, but still running there
   * @param unanswered sent there in vain, as far as is known: neither answered in time nor there
   */
  public record Reconciliation(
      List<Execution> missing,
      List<ExecutionAttemptID> unknown,
      List<Execution> notCancelled,
      List<Execution> unanswered) {
    public Reconciliation {
      missing = List.copyOf(missing);
      unknown = List.copyOf(unknown);
      notCancelled = List.copyOf(notCancelled);
      unanswered = List.copyOf(unanswered);
    }
  }

  private static final class Deployment {
    private final Execution execution;
    private boolean missedOnce;

    Deployment(Execution execution) {
      this.execution = execution;
    }
  }

  private final Map<ResourceID, Map<ExecutionAttemptID, Deployment>> byTaskManager =
      new LinkedHashMap<>();

  /** Follows a transition of an execution. */
  void onStateChanged(Execution execution, ExecutionState to) {
    TaskManagerLocation location = execution.getLocation();
    if (location == null) {
      return;
    }
    if (to == ExecutionState.DEPLOYING) {
      byTaskManager
          .computeIfAbsent(location.resourceId(), ignored -> new LinkedHashMap<>())
          .put(execution.getAttemptId(), new Deployment(execution));
    } else if (to.isTerminal()) {
      Map<ExecutionAttemptID, Deployment> there = byTaskManager.get(location.resourceId());
      if (there != null && there.remove(execution.getAttemptId()) != null && there.isEmpty()) {
        byTaskManager.remove(location.resourceId());
      }
    }
  }

  /** How many attempts are deployed on the TaskExecutor. */
  public int deployedOn(ResourceID taskManagerId) {
    Map<ExecutionAttemptID, Deployment> there = byTaskManager.get(taskManagerId);
    return there == null ? 0 : there.size();
  }

  /** The attempts that are deployed on the TaskExecutor. */
  List<Execution> executionsOn(ResourceID taskManagerId) {
    return byTaskManager.getOrDefault(taskManagerId, Map.of()).values().stream()
        .map(deployment -> deployment.execution)
        .toList();
  }

  /** Compares with a report; takes over the progress that it has. */
  public Reconciliation reconcile(ResourceID taskManagerId, List<ExecutionStatus> report) {
    Map<ExecutionAttemptID, Deployment> missing =
        new LinkedHashMap<>(byTaskManager.getOrDefault(taskManagerId, new LinkedHashMap<>()));
    List<ExecutionAttemptID> unknown = new ArrayList<>();
    List<Execution> notCancelled = new ArrayList<>();
    List<ExecutionStatus> progress = new ArrayList<>();
    Map<ExecutionAttemptID, Deployment> reported = new LinkedHashMap<>();
    for (ExecutionStatus status : report) {
      Deployment deployment = missing.remove(status.attemptId());
      if (deployment == null) {
        if (!status.state().isTerminal()) {
          unknown.add(status.attemptId());
        }
        continue;
      }
      deployment.missedOnce = false;
      reported.put(status.attemptId(), deployment);
      progress.add(status);
      if (deployment.execution.getState() == ExecutionState.CANCELING
          && !status.state().isTerminal()
          && status.state() != ExecutionState.CANCELING) {
        notCancelled.add(deployment.execution);
      }
    }
    List<Execution> gone = new ArrayList<>();
    List<Execution> unanswered = new ArrayList<>();
    for (Deployment deployment : missing.values()) {
      Execution execution = deployment.execution;
      if (execution.isUnanswered()) {
        unanswered.add(execution);
      } else if (execution.isAnswered()) {
        if (deployment.missedOnce) {
          gone.add(execution);
        }
        deployment.missedOnce = true;
      }
    }
    for (ExecutionStatus status : progress) {
      Deployment deployment = reported.get(status.attemptId());
      if (deployment != null) {
        deployment.execution.updateProgress(status.state(), status.metrics());
      }
    }
    return new Reconciliation(gone, unknown, notCancelled, unanswered);
  }
}
