package org.stellwerk.runtime.executiongraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.runtime.jobgraph.ResultPartitionType.PIPELINED;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.ManualClock;
import org.stellwerk.rpc.simulation.RecordingFatalErrorHandler;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.jobmaster.slotpool.TestingSlots;
import org.stellwerk.runtime.jobmaster.slotpool.TestingTaskManagerGateway;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskInformation;

class ExecutionGraphTest {

  private static final ExecutionGraphId GRAPH_ID = new ExecutionGraphId(new UUID(1, 1));

  private final ManualClock clock = new ManualClock();
  private final TestingTaskManagerGateway gateway = new TestingTaskManagerGateway();

  private ExecutionGraph graph(JobGraph jobGraph) {
    return new ExecutionGraph(
        jobGraph,
        TestGraphs.information(jobGraph),
        new GraphIdentity(GRAPH_ID, 0),
        new ExecutionContext(
            clock,
            Duration.ofSeconds(1),
            (execution, from, to) -> {},
            new RecordingFatalErrorHandler(),
            TransitionObserver.NONE));
  }

  @Test
  void attemptsAreFoundByExactIdentity() {
    ExecutionGraph graph = graph(TestGraphs.pipeline(1, 2, 2));
    List<Execution> all = new ArrayList<>();
    graph.forEachExecution(all::add);
    assertThat(all).hasSize(4);
    ExecutionAttemptID id = all.get(3).getAttemptId();
    assertThat(graph.findExecution(id)).containsSame(all.get(3));
    assertThat(graph.findExecution(new ExecutionAttemptID(GRAPH_ID, id.executionVertexId(), 1)))
        .isEmpty();
    assertThat(
            graph.findExecution(
                new ExecutionAttemptID(
                    new ExecutionGraphId(new UUID(9, 9)), id.executionVertexId(), 0)))
        .isEmpty();
  }

  @Test
  void whatTheTasksOfAVertexShareIsOneObject() {
    ExecutionGraph graph = graph(TestGraphs.pipeline(1, 3, 2));
    deploy(graph);
    List<TaskDeploymentDescriptor> sinks = gateway.submitted.subList(3, 5);
    assertThat(sinks.get(0).taskInformation()).isSameAs(sinks.get(1).taskInformation());
    assertThat(sinks.get(0).jobInformation()).isSameAs(gateway.submitted.get(0).jobInformation());
    assertThat(sinks.get(0).producers().get(0)).isSameAs(sinks.get(1).producers().get(0));
    assertThat(sinks.get(0).producers()).hasSize(1);
    assertThat(sinks.get(0).producers().get(0).taskManagers())
        .extracting(each -> each.resourceId())
        .containsExactly(
            TestGraphs.taskManager(0), TestGraphs.taskManager(1), TestGraphs.taskManager(2));
    assertThat(gateway.submitted.get(0).producers()).isEmpty();
  }

  private void deploy(ExecutionGraph graph) {
    graph.schedule(graph.getAllVertices());
    List<Execution> all = new ArrayList<>();
    graph.forEachExecution(all::add);
    for (int i = 0; i < all.size(); i++) {
      assertThat(all.get(i).tryAssignSlot(TestingSlots.slot(i, i, gateway).allocateLogicalSlot()))
          .isTrue();
    }
    all.forEach(Execution::deploy);
  }

  @Test
  void inputsAndOutputsAreNumberedInTheOrderOfTheEdges() {
    JobVertexID other = new JobVertexID(new UUID(0, 3));
    JobGraph jobGraph =
        new JobGraph(
            TestGraphs.jobId(1),
            "diamond",
            List.of(
                TestGraphs.vertex(TestGraphs.SINK, "sink", 1),
                TestGraphs.vertex(TestGraphs.SOURCE, "source", 2),
                TestGraphs.vertex(other, "other", 2)),
            List.of(
                new JobEdge(TestGraphs.SOURCE, other, ShipStrategy.FORWARD),
                new JobEdge(other, TestGraphs.SINK, ShipStrategy.HASH),
                new JobEdge(TestGraphs.SOURCE, TestGraphs.SINK, ShipStrategy.BROADCAST)),
            Collections.emptyMap(),
            List.of());
    ExecutionGraph graph = graph(jobGraph);
    assertThat(graph.getVertices())
        .extracting(ExecutionJobVertex::getName)
        .containsExactly("source", "other", "sink");
    deploy(graph);
    TaskDeploymentDescriptor sink = gateway.submitted.get(4);
    assertThat(sink.taskInformation().inputs())
        .containsExactly(
            new TaskInformation.Input(other, 2, 0, ShipStrategy.HASH, PIPELINED),
            new TaskInformation.Input(TestGraphs.SOURCE, 2, 1, ShipStrategy.BROADCAST, PIPELINED));
    assertThat(gateway.submitted.get(0).taskInformation().outputs())
        .containsExactly(
            new TaskInformation.Output(other, 2, 0, ShipStrategy.FORWARD, PIPELINED),
            new TaskInformation.Output(TestGraphs.SINK, 1, 1, ShipStrategy.BROADCAST, PIPELINED));
  }

  @Test
  void countsFollowTheTasks() {
    ExecutionGraph graph = graph(TestGraphs.pipeline(1, 2, 2));
    assertThat(graph.countTasks(ExecutionState.CREATED)).isEqualTo(4);
    graph.schedule(graph.getAllVertices());
    assertThat(graph.describeTasks()).isEqualTo("4 SCHEDULED");
    graph.cancelAll();
    assertThat(graph.areAllTasksTerminal()).isTrue();
    assertThat(graph.areAllTasksFinished()).isFalse();
    graph.checkInvariants();
  }

  @Test
  void consumersAreCancelledBeforeTheirProducers() {
    ExecutionGraph graph = graph(TestGraphs.pipeline(1, 2, 2));
    deploy(graph);
    graph.cancelAll();
    assertThat(gateway.cancelled)
        .extracting(ExecutionAttemptID::jobVertexId)
        .containsExactly(TestGraphs.SINK, TestGraphs.SINK, TestGraphs.SOURCE, TestGraphs.SOURCE);
  }

  @Test
  void theArchiveHasStatesFailureAndPlan() {
    ExecutionGraph graph = graph(TestGraphs.pipeline(1, 2, 1));
    ArchivedExecutionGraph.ErrorInfo failure =
        new ArchivedExecutionGraph.ErrorInfo(
            SerializedThrowable.of(new IllegalStateException("x")), 5);
    JobState job = new JobState(graph.getJobId(), "a job", clock, TransitionObserver.NONE, 17);
    job.setFailure(failure);
    ArchivedExecutionGraph archive = graph.archive(job, List.of(), 3);
    assertThat(archive.failure()).isEqualTo(failure);
    assertThat(archive.state()).isEqualTo(JobStatus.INITIALIZING);
    assertThat(archive.startTime()).isEqualTo(17);
    assertThat(archive.numberOfRestarts()).isEqualTo(3);
    assertThat(archive.vertices())
        .extracting(ArchivedExecutionGraph.Vertex::parallelism)
        .containsExactly(2, 1);
    assertThat(archive.edges()).hasSize(1);
    assertThat(archive.vertices().get(0).subtasks())
        .extracting(ArchivedExecutionGraph.Subtask::state)
        .containsOnly(ExecutionState.CREATED);
  }
}
