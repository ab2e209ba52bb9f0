package org.stellwerk.simulation.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.highavailability.VertexProgress;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.ExecutionState;

/**
 * I15, what is durable of a job's progress holds for the JobMaster of the session that leads: it
 * neither deploys nor takes over an attempt with a number below the stored one, and a subtask that
 * is stored as finished runs again only if that JobMaster had it as finished, so that a restart of
 * its region is why, or if it leaves results for later ones, which may be lost.
 */
final class I15Progress extends Invariant {

  private record Begun(Source jobMaster, ExecutionAttemptID attempt) {}

  private record Job(UUID session, JobID jobId) {}

  private final Supplier<Optional<UUID>> leader;
  private final Function<JobID, Optional<StoredJob>> stored;
  private final Map<String, Job> byEndpoint = new HashMap<>();
  private final Map<Source, Set<ExecutionVertexID>> finished = new HashMap<>();
  private final List<Begun> begun = new ArrayList<>();

  /**
   * The invariant.
   *
   * @param leader the session that leads, by the coordination service's knowledge
   * @param stored what is durable now
   */
  I15Progress(
      Consumer<InvariantViolation> violations,
      Supplier<Optional<UUID>> leader,
      Function<JobID, Optional<StoredJob>> stored) {
    super("I15", violations);
    this.leader = leader;
    this.stored = stored;
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    if (change.before() == null) {
      JobMasterSnapshot now = change.now();
      UUID session = now.session().value();
      byEndpoint.put(
          LeaderInformation.jobMasterName(session, now.jobId()), new Job(session, now.jobId()));
    }
  }

  @Override
  void onTransition(Transition transition) {
    Source in = transition.in();
    if (in == null
        || !transition.machine().equals(TransitionObserver.EXECUTION)
        || !(transition.id() instanceof ExecutionAttemptID attempt)
        || !(transition.to() instanceof ExecutionState to)) {
      return;
    }
    if (to == ExecutionState.FINISHED) {
      finished.computeIfAbsent(in, ignored -> new HashSet<>()).add(attempt.executionVertexId());
      begun.removeIf(each -> each.attempt().equals(attempt)); // it has only been noted
    } else if (to == ExecutionState.DEPLOYING) {
      begun.add(new Begun(in, attempt));
    }
  }

  @Override
  void onEndOfEvent() {
    if (!begun.isEmpty()) {
      begun.forEach(this::check);
      begun.clear();
    }
  }

  private void check(Begun now) {
    Job job = byEndpoint.get(now.jobMaster().name());
    if (job == null || leader.get().filter(job.session()::equals).isEmpty()) {
      return;
    }
    ExecutionAttemptID attempt = now.attempt();
    ExecutionVertexID subtask = attempt.executionVertexId();
    StoredJob durable = stored.apply(job.jobId()).orElse(null);
    VertexProgress progress = durable == null ? null : progressOf(subtask, durable);
    if (durable == null || progress == null) {
      return;
    }
    int newest = progress.attempts().get(subtask.subtaskIndex());
    require(
        attempt.attemptNumber() >= newest,
        "{} begins in {}, but {} is stored as the newest attempt",
        attempt,
        now.jobMaster(),
        newest);
    require(
        !progress.isFinished(subtask.subtaskIndex())
            || leavesResults(subtask.jobVertexId(), durable.graph())
            || finished.getOrDefault(now.jobMaster(), Set.of()).contains(subtask),
        "{} begins in {}, which has not seen it finish, but it is stored as finished",
        attempt,
        now.jobMaster());
  }

  private static @Nullable VertexProgress progressOf(ExecutionVertexID subtask, StoredJob durable) {
    return durable.progress().stream()
        .flatMap(progress -> progress.vertices().stream())
        .filter(vertex -> vertex.vertexId().equals(subtask.jobVertexId()))
        .filter(vertex -> subtask.subtaskIndex() < vertex.parallelism())
        .findFirst()
        .orElse(null);
  }

  private static boolean leavesResults(JobVertexID vertex, JobGraph graph) {
    return graph.edges().stream()
        .anyMatch(edge -> edge.source().equals(vertex) && edge.resultType().isBlocking());
  }

  @Override
  void onGone(Source endpoint) {
    if (endpoint.is(JobMaster.class)) {
      finished.remove(endpoint);
    }
  }
}
