package org.stellwerk.simulation.run;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.messages.FencedMessage;
import org.stellwerk.rpc.messages.RpcInvocation;
import org.stellwerk.rpc.simulation.SimLinkChange;
import org.stellwerk.rpc.simulation.SimMessage;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimObserver;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.cluster.LeaderSessionState;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskSubmissionResult;
import org.stellwerk.runtime.messages.exceptions.DuplicateJobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.JobModificationException;
import org.stellwerk.runtime.messages.exceptions.TaskManagerDrainingException;
import org.stellwerk.simulation.SimEnds;
import org.stellwerk.simulation.SimWorld;
import org.stellwerk.simulation.TransitionListener;
import org.stellwerk.simulation.check.DeclaredTransitions;
import org.stellwerk.simulation.schedule.Step;
import org.stellwerk.simulation.schedule.Vocabulary;

/**
 * Counts what a run did: transitions of state machines, faults that struck, messages of interest
 * that were lost or refused. Reads only.
 */
final class CoverageObserver implements SimObserver, TransitionListener {

  static final String TWO_LEADERS = "two processes believe to lead";
  static final String DUPLICATE = "submission refused as duplicate";
  static final String NOT_RESCALED = "new bounds of the parallelism refused";
  static final String FENCED = "call refused for its fencing token";
  static final String MADE_AGAIN = "a task that had finished is started again";
  static final String MISSED = "a finished result was missed by its reader";
  static final String DRAINED = "task refused, as its TaskManager is being drained";
  static final String LINK = "link changed";
  static final String RENEWED = SimLinkChange.RENEWED;
  static final String LOST = "lost: ";
  static final String STEP = "step: ";
  static final String UPON = "step upon: ";
  static final String ENDED = "process ended by itself: ";
  static final String REQUEST = "request of the coordination service: ";
  static final String BLOB = "files could not be used";

  /**
   * Calls of which at least one must have been lost on its way, in all runs together. Not of these
   * are offers behind a registration, which carries most: one in 2,000 runs is lost.
   */
  static final List<String> LOSABLE =
      List.of(
          "TaskExecutorGateway.requestSlots",
          "TaskExecutorGateway.submitTasks",
          "TaskExecutorGateway.cancelTasks",
          "JobMasterGateway.registerTaskManager",
          "JobMasterGateway.updateTaskExecutionStates",
          "ResourceManagerGateway.registerTaskExecutor");

  private record Change(String machine, Enum<?> from, Enum<?> to) {}

  private final Coverage coverage;
  private final SlotCoverage slots;
  private final Map<Change, String> names = new HashMap<>();
  private final Map<Long, SimMessage> onTheirWay = new HashMap<>();
  private final Set<ExecutionAttemptID> finished = new HashSet<>();
  private final Set<SimNode> leaders = new LinkedHashSet<>();

  private CoverageObserver(Coverage coverage) {
    this.coverage = coverage;
    this.slots = new SlotCoverage(coverage);
  }

  /** Counts what happens in the world from now on. */
  static CoverageObserver attach(SimWorld world, Coverage coverage) {
    CoverageObserver observer = new CoverageObserver(coverage);
    world.scheduler().addObserver(observer);
    world.addTransitionListener(observer);
    world.addTransitionListener(new RescalingCoverage(coverage));
    AdoptionCoverage adoptions = new AdoptionCoverage(coverage);
    world.addTransitionListener(adoptions);
    world.scheduler().addObserver(adoptions);
    return observer;
  }

  /** A step of the schedule happens. */
  void countStep(Step step) {
    coverage.count(STEP + Vocabulary.nameOf(step.action()));
    if (step.upon() != null) {
      coverage.count(UPON + step.upon());
    }
  }

  /** The run is over: counts what the world has counted itself. */
  void countEnds(SimWorld world) {
    for (SimEnds.End end : world.ends().all()) {
      coverage.count(ENDED + end.why().getClass().getSimpleName());
    }
    world
        .coordination()
        .failedRequests()
        .forEach((outcome, count) -> coverage.add(REQUEST + outcome, count));
    coverage.add(BLOB, world.blobs().failures());
  }

  @Override
  public void onTransition(SimNode node, String machine, Object id, Enum<?> from, Enum<?> to) {
    coverage.count(
        names.computeIfAbsent(
            new Change(machine, from, to),
            change -> DeclaredTransitions.describe(machine, from.name(), to.name())));
    if (machine.equals(TransitionObserver.EXECUTION) && id instanceof ExecutionAttemptID attempt) {
      onExecution(attempt, to);
    }
    if (machine.equals(TransitionObserver.LEADER_SESSION)) {
      onLeaderSession(node, to);
    }
  }

  private void onExecution(ExecutionAttemptID attempt, Enum<?> to) {
    if (to == ExecutionState.FINISHED) {
      finished.add(attempt);
    } else if (to == ExecutionState.SCHEDULED && attempt.attemptNumber() > 0) {
      ExecutionAttemptID before =
          new ExecutionAttemptID(
              attempt.executionGraphId(), attempt.executionVertexId(), attempt.attemptNumber() - 1);
      if (finished.contains(before)) {
        coverage.count(MADE_AGAIN);
      }
    }
  }

  private void onLeaderSession(SimNode node, Enum<?> to) {
    if (to == LeaderSessionState.CONFIRMED) {
      leaders.add(node);
      leaders.removeIf(leader -> !leader.isAlive());
      if (leaders.size() > 1) {
        coverage.count(TWO_LEADERS);
      }
    } else if (to == LeaderSessionState.CLOSING) {
      leaders.remove(node);
    }
  }

  @Override
  public void onMessage(SimMessage message) {
    onTheirWay.put(message.id(), message);
    slots.onMessage(message);
    if (message.payload().content() instanceof DuplicateJobSubmissionException) {
      coverage.count(DUPLICATE);
    }
    if (message.payload().content() instanceof JobModificationException) {
      coverage.count(NOT_RESCALED);
    }
    if (message.payload().content() instanceof List<?> results) {
      results.forEach(this::onSubmitted);
    }
  }

  private void onSubmitted(Object result) {
    if (result instanceof TaskSubmissionResult task
        && task.refusal() != null
        && task.refusal().className().equals(TaskManagerDrainingException.class.getName())) {
      coverage.count(DRAINED);
    }
  }

  @Override
  public void onInvoked(
      SimNode at, RpcEndpoint endpoint, Object message, @Nullable Throwable failure) {
    Object payload = message instanceof FencedMessage<?> fenced ? fenced.payload() : message;
    if (payload instanceof RpcInvocation invocation
        && invocation.arguments().length > 0
        && invocation.arguments()[0] instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof TaskExecutionState update && update.missingProducer() != null) {
          coverage.count(MISSED);
        }
      }
    }
  }

  @Override
  public void onArrived(long id, long nanos) {
    onTheirWay.remove(id);
  }

  @Override
  public void onLost(long id, long nanos, String why) {
    SimMessage lost = onTheirWay.remove(id);
    if (lost != null) {
      int end = lost.label().indexOf('(');
      coverage.count(LOST + (end < 0 ? lost.kind() : lost.label().substring(0, end)));
    }
  }

  @Override
  public void onFenced(SimNode at, String endpoint, String what) {
    coverage.count(FENCED);
  }

  @Override
  public void onNode(SimNode node, NodeEvent event, String detail) {
    coverage.count("process " + event);
  }

  @Override
  public void onLink(SimLinkChange change) {
    coverage.count(change.what().equals(SimLinkChange.RENEWED) ? RENEWED : LINK);
  }
}
