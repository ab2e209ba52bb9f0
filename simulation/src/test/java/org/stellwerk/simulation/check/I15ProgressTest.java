package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.JOB;
import static org.stellwerk.simulation.check.Given.NEXT_SESSION;
import static org.stellwerk.simulation.check.Given.SESSION;
import static org.stellwerk.simulation.check.Given.attempt;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.highavailability.VertexProgress;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.ExecutionState;

/** One subtask, whose stored attempt is number 2. */
class I15ProgressTest {

  private static final Source JOB_MASTER =
      new Source(JM_PROCESS, LeaderInformation.jobMasterName(SESSION, JOB), JobMaster.class);

  private final Found found = new Found();
  private UUID leader = SESSION;
  private List<Integer> finished = List.of();
  private ResultPartitionType results = ResultPartitionType.PIPELINED;
  private final I15Progress invariant =
      new I15Progress(found, () -> Optional.of(leader), jobId -> Optional.of(stored()));

  @BeforeEach
  void aJobMaster() {
    invariant.onJobMaster(new Change<>(JM_PROCESS, null, Given.jobMaster(List.of())));
  }

  private StoredJob stored() {
    JobVertexID vertex = attempt(1, 0).jobVertexId();
    JobVertexID reader = attempt(2, 0).jobVertexId();
    JobGraph graph =
        new JobGraph(
            JOB,
            "job",
            List.of(
                new JobVertex(vertex, "work", 1, "c", Map.of(), new byte[0]),
                new JobVertex(reader, "read", 1, "c", Map.of(), new byte[0])),
            List.of(new JobEdge(vertex, reader, ShipStrategy.HASH, results)),
            Map.of(),
            List.of());
    JobProgress progress =
        new JobProgress(
            JOB, false, 0, List.of(), List.of(new VertexProgress(vertex, List.of(2), finished)));
    return new StoredJob(graph, Optional.of(progress));
  }

  private void becomes(int number, ExecutionState from, ExecutionState to) {
    invariant.onTransition(
        new Transition(
            JM_PROCESS, JOB_MASTER, TransitionObserver.EXECUTION, attempt(1, number), from, to));
  }

  private void begins(int number) {
    becomes(number, ExecutionState.SCHEDULED, ExecutionState.DEPLOYING);
    invariant.onEndOfEvent();
  }

  @Test
  void theStoredAttemptAndLaterOnesBegin() {
    begins(2);
    begins(3);
    found.nothing();
  }

  @Test
  void anEarlierOneDoesNot() {
    begins(1);
    found.reported("I15", "is stored as the newest attempt");
  }

  @Test
  void butForADeposedLeader() {
    leader = NEXT_SESSION;
    begins(1);
    found.nothing();
  }

  @Test
  void whatHasFinishedDoesNotBeginAgain() {
    finished = List.of(0);
    begins(3);
    found.reported("I15", "is stored as finished");
  }

  @Test
  void unlessItsResultsMayBeLost() {
    finished = List.of(0);
    results = ResultPartitionType.BLOCKING;
    begins(3);
    found.nothing();
  }

  @Test
  void unlessItsJobMasterKnew() {
    finished = List.of(0);
    becomes(2, ExecutionState.CREATED, ExecutionState.DEPLOYING);
    becomes(2, ExecutionState.DEPLOYING, ExecutionState.FINISHED);
    invariant.onEndOfEvent();
    begins(3);
    found.nothing();
  }
}
