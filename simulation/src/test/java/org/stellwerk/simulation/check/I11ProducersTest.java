package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.JOB;
import static org.stellwerk.simulation.check.Given.SESSION;
import static org.stellwerk.simulation.check.Given.TM;
import static org.stellwerk.simulation.check.Given.TM_PROCESS;
import static org.stellwerk.simulation.check.Given.attempt;
import static org.stellwerk.simulation.check.Given.jobMaster;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolSnapshot;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;

/** Vertex 1 sends to vertex 2; one subtask each. */
class I11ProducersTest {

  private final Found found = new Found();
  private ResultPartitionType type = ResultPartitionType.BLOCKING;
  private final I11Producers invariant = new I11Producers(found, jobId -> Optional.of(graph(type)));

  private static JobVertex vertex(int number) {
    return new JobVertex(id(number), "v" + number, 1, "c", Map.of(), new byte[0]);
  }

  private static JobVertexID id(int number) {
    return new JobVertexID(new UUID(4, number));
  }

  private static JobGraph graph(ResultPartitionType type) {
    return new JobGraph(
        JOB,
        "job",
        List.of(vertex(1), vertex(2)),
        List.of(new JobEdge(id(1), id(2), ShipStrategy.HASH, type)),
        Map.of(),
        List.of());
  }

  private static JobMasterSnapshot snapshot(
      List<ResourceID> taskManagers, ExecutionSnapshot... executions) {
    return new JobMasterSnapshot(
        JOB,
        jobMaster(SESSION),
        JobStatus.RUNNING,
        List.of(executions),
        0,
        new SlotPoolSnapshot(1, 1, 0, List.of()),
        taskManagers,
        true);
  }

  private static ExecutionSnapshot in(int vertex, int attempt, ExecutionState state) {
    return new ExecutionSnapshot(attempt(vertex, attempt), state, null, SlotSharing.DEFAULT);
  }

  private void finishes(int vertex) {
    invariant.onTransition(
        new Transition(
            TM_PROCESS,
            null,
            TransitionObserver.TASK,
            attempt(vertex, 0),
            ExecutionState.RUNNING,
            ExecutionState.FINISHED));
  }

  /** The consumer is deployed while its producer is in a state. */
  private void deployed(ExecutionState producer, ResourceID... registered) {
    invariant.onTransition(
        new Transition(
            JM_PROCESS,
            null,
            TransitionObserver.EXECUTION,
            attempt(2, 0),
            ExecutionState.SCHEDULED,
            ExecutionState.DEPLOYING));
    invariant.onJobMaster(
        new Change<>(
            JM_PROCESS,
            snapshot(List.of(registered), in(1, 0, producer), in(2, 0, ExecutionState.SCHEDULED)),
            snapshot(List.of(registered), in(1, 0, producer), in(2, 0, ExecutionState.DEPLOYING))));
  }

  @Test
  void aFinishedProducerOnARegisteredTaskManagerIsWell() {
    finishes(1);
    deployed(ExecutionState.FINISHED, TM);
    found.nothing();
  }

  @Test
  void aProducerThatStillRunsIsNot() {
    deployed(ExecutionState.RUNNING, TM);
    found.reported("I11", "has not finished");
  }

  @Test
  void aResultOnATaskManagerThatIsGoneIsNot() {
    finishes(1);
    deployed(ExecutionState.FINISHED, new ResourceID("another"));
    found.reported("I11", "not registered");
  }

  @Test
  void pipelinedProducersRunAtTheSameTime() {
    type = ResultPartitionType.PIPELINED;
    deployed(ExecutionState.DEPLOYING, TM);
    found.nothing();
  }

  @Test
  void aProducerDoesNotBeginAnewWhileItsConsumerGoesOn() {
    type = ResultPartitionType.PIPELINED;
    invariant.onJobMaster(
        new Change<>(
            JM_PROCESS,
            snapshot(
                List.of(TM), in(1, 0, ExecutionState.FAILED), in(2, 0, ExecutionState.RUNNING)),
            snapshot(
                List.of(TM), in(1, 1, ExecutionState.CREATED), in(2, 0, ExecutionState.RUNNING))));
    found.reported("I11", "begun anew");
  }

  @Test
  void anAttemptOfAnEarlierLeaderIsNoNewOne() {
    type = ResultPartitionType.PIPELINED;
    invariant.onJobMaster(
        new Change<>(
            JM_PROCESS,
            snapshot(
                List.of(TM), in(1, 1, ExecutionState.CREATED), in(2, 0, ExecutionState.RUNNING)),
            snapshot(
                List.of(TM), in(1, 0, ExecutionState.RUNNING), in(2, 0, ExecutionState.RUNNING))));
    found.nothing();
  }
}
