package org.stellwerk.simulation.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.messages.ExecutionState;

/**
 * I11, a task and its producers: when it is deployed, those that it reads from on blocking edges
 * have finished, on TaskExecutors that the JobMaster still has; and while it runs, none of its
 * producers begins anew without it.
 */
final class I11Producers extends Invariant {

  private static final Set<ExecutionState> ACTIVE =
      Set.of(ExecutionState.DEPLOYING, ExecutionState.INITIALIZING, ExecutionState.RUNNING);

  private final Function<JobID, Optional<JobGraph>> graphs;
  private final Map<JobID, Optional<JobGraph>> known = new HashMap<>();

  /** In this event; what was taken over from a former leader was deployed by that one. */
  private final Set<ExecutionAttemptID> deployed = new HashSet<>();

  /** Where attempts have finished. */
  private final Map<ExecutionAttemptID, ResourceID> finished = new HashMap<>();

  /**
   * The invariant.
   *
   * @param graphs of the jobs that are stored
   */
  I11Producers(
      Consumer<InvariantViolation> violations, Function<JobID, Optional<JobGraph>> graphs) {
    super("I11", violations);
    this.graphs = graphs;
  }

  @Override
  void onTransition(Transition transition) {
    if (transition.machine().equals(TransitionObserver.TASK)
        && transition.to() == ExecutionState.FINISHED
        && transition.id() instanceof ExecutionAttemptID attempt) {
      finished.put(attempt, Processes.resourceId(transition.process()));
    } else if (transition.machine().equals(TransitionObserver.EXECUTION)
        && transition.from() == ExecutionState.SCHEDULED
        && transition.to() == ExecutionState.DEPLOYING
        && transition.id() instanceof ExecutionAttemptID attempt) {
      deployed.add(attempt);
    }
  }

  @Override
  void onEndOfEvent() {
    deployed.clear();
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    JobMasterSnapshot before = change.before();
    JobMasterSnapshot now = change.now();
    if (before == null || before.executions().equals(now.executions())) {
      return;
    }
    JobGraph graph = known.computeIfAbsent(now.jobId(), graphs).orElse(null);
    if (graph == null || graph.edges().isEmpty()) {
      return;
    }
    Map<ExecutionVertexID, ExecutionSnapshot> former = new HashMap<>();
    for (ExecutionSnapshot execution : before.executions()) {
      former.put(execution.attemptId().executionVertexId(), execution);
    }
    Map<JobVertexID, List<ExecutionSnapshot>> byVertex = new LinkedHashMap<>();
    for (ExecutionSnapshot execution : now.executions()) {
      byVertex
          .computeIfAbsent(execution.attemptId().jobVertexId(), ignored -> new ArrayList<>())
          .add(execution);
    }
    for (ExecutionSnapshot execution : now.executions()) {
      if (!ACTIVE.contains(execution.state())) {
        continue;
      }
      for (JobEdge edge : graph.inputsOf(execution.attemptId().jobVertexId())) {
        for (ExecutionSnapshot producer : producersOf(execution, edge, byVertex)) {
          if (deployed.contains(execution.attemptId()) && edge.resultType().isBlocking()) {
            checkInput(execution, producer, now);
          } else if (wasActive(execution, former)) {
            require(
                !beginsAnew(producer, former),
                "{} goes on, but its producer has begun anew: {}",
                execution,
                producer);
          }
        }
      }
    }
  }

  private static boolean wasActive(
      ExecutionSnapshot execution, Map<ExecutionVertexID, ExecutionSnapshot> former) {
    ExecutionSnapshot before = former.get(execution.attemptId().executionVertexId());
    return before != null
        && ACTIVE.contains(before.state())
        && before.attemptId().equals(execution.attemptId());
  }

  /**
   * Whether there is another attempt than before; one that had not begun makes way for adoption.
   */
  private static boolean beginsAnew(
      ExecutionSnapshot producer, Map<ExecutionVertexID, ExecutionSnapshot> former) {
    ExecutionSnapshot before = former.get(producer.attemptId().executionVertexId());
    return before != null
        && before.state() != ExecutionState.CREATED
        && !before.attemptId().equals(producer.attemptId());
  }

  private static List<ExecutionSnapshot> producersOf(
      ExecutionSnapshot consumer,
      JobEdge edge,
      Map<JobVertexID, List<ExecutionSnapshot>> byVertex) {
    List<ExecutionSnapshot> all = byVertex.getOrDefault(edge.source(), List.of());
    int own = consumer.attemptId().subtaskIndex();
    return edge.shipStrategy().isPointwise() ? all.subList(own, own + 1) : all;
  }

  private void checkInput(
      ExecutionSnapshot consumer, ExecutionSnapshot producer, JobMasterSnapshot now) {
    require(
        producer.state() == ExecutionState.FINISHED,
        "{} is deployed, but its producer has not finished: {}",
        consumer,
        producer);
    ResourceID place = finished.get(producer.attemptId());
    require(
        place != null && now.taskManagers().contains(place),
        "{} is deployed, but the result of {} was at {}, which is not registered",
        consumer,
        producer,
        place);
  }
}
