package org.stellwerk.runtime.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.highavailability.EndedJobStore;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements.VertexBounds;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterConfig;
import org.stellwerk.runtime.jobmaster.TestingResourceManager;
import org.stellwerk.runtime.jobmaster.TestingTaskExecutor;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.exceptions.JobModificationException;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.runtime.options.JobManagerOptions;

/** An adaptive job of one vertex that wants 2 slots, in a cluster of 4. */
class RequirementsChangesTest {

  private static final Duration ASK = Duration.ofSeconds(10);
  private static final Duration LONG = Duration.ofMinutes(2);

  private final SimScheduler sim = new SimScheduler(3);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimNode jmNode = net.newNode("jm");
  private final UUID session = new UUID(3, 3);
  private final TestingStores stores = new TestingStores(jmNode.io(), session);
  private final TestingResourceManager resourceManager =
      new TestingResourceManager(jmNode.rpc(), session);
  private final TestingTaskExecutor taskExecutor =
      new TestingTaskExecutor(net.newNode("tm-1").rpc(), 1);
  private final JobGraph fixed = TestGraphs.single(1, 2);
  private final JobGraph job =
      new JobGraph(
          fixed.jobId(),
          fixed.name(),
          fixed.vertices(),
          fixed.edges(),
          Map.of(JobManagerOptions.SCHEDULER.key(), "adaptive"),
          fixed.userJars());

  @BeforeEach
  void startPeers() {
    resourceManager.start();
    taskExecutor.start();
    for (int i = 0; i < 4; i++) {
      resourceManager.addSlot(taskExecutor);
    }
  }

  private DispatcherGateway start() {
    Dispatcher dispatcher =
        new Dispatcher(
            jmNode.rpc(),
            new DispatcherId(session),
            new DispatcherConfig(
                JobMasterConfig.from(Configuration.empty()),
                3,
                1 << 20,
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5)),
            new DispatcherServices(
                stores,
                stores,
                EndedJobStore.NONE,
                stores,
                resourceManager.getAddress(),
                new RuntimeServices(
                    jmNode.clock(),
                    jmNode.ids(),
                    jmNode.random(),
                    jmNode.io(),
                    jmNode.fatalErrors(),
                    FaultPoints.NONE,
                    TransitionObserver.NONE),
                JobMaster::new));
    dispatcher.start();
    sim.await(dispatcher.getReadyFuture());
    return dispatcher.getSelfGateway(DispatcherGateway.class);
  }

  private DispatcherGateway startWith(JobGraph graph) {
    DispatcherGateway dispatcher = start();
    sim.await(dispatcher.submitJob(graph, ASK));
    sim.runUntil(() -> taskExecutor.tasks.size() == 2, LONG);
    sim.runFor(Duration.ofMillis(100));
    return dispatcher;
  }

  private static JobResourceRequirements bounds(JobVertexID vertex, int lower, int upper) {
    return new JobResourceRequirements(List.of(new VertexBounds(vertex, lower, upper)));
  }

  private static JobResourceRequirements bounds(int lower, int upper) {
    return bounds(TestGraphs.SOURCE, lower, upper);
  }

  private CompletableFuture<Acknowledge> change(
      DispatcherGateway dispatcher, JobResourceRequirements requirements) {
    return dispatcher.updateJobResourceRequirements(job.jobId(), requirements, ASK);
  }

  @Test
  void aChangeIsStoredAndTakesEffect() {
    DispatcherGateway dispatcher = startWith(job);
    assertThat(sim.await(dispatcher.requestJobResourceRequirements(job.jobId(), ASK)))
        .isEqualTo(bounds(1, 2));
    sim.await(change(dispatcher, bounds(1, 1)));
    assertThat(stores.writes).containsExactly("putJob", "putJob");
    assertThat(stores.graphs).containsEntry(job.jobId(), job.withRequirements(bounds(1, 1)));
    assertThat(sim.await(dispatcher.requestJobResourceRequirements(job.jobId(), ASK)))
        .isEqualTo(bounds(1, 1));
    sim.runFor(Duration.ofMillis(100));
    assertThat(taskExecutor.cancelled).hasSize(2);
  }

  @Test
  void theNextLeaderUsesWhatIsStored() {
    stores.graphs.put(job.jobId(), job.withRequirements(bounds(1, 4)));
    start();
    sim.runUntil(() -> taskExecutor.tasks.size() == 4, LONG);
  }

  @Test
  void whileTheStoreIsOutOfReachStoringIsRepeatedAndAnotherChangeRefused() {
    DispatcherGateway dispatcher = startWith(job);
    stores.outages.put("putJob", 2);
    CompletableFuture<Acknowledge> first = change(dispatcher, bounds(1, 3));
    sim.runFor(Duration.ofMillis(50));
    assertThat(sim.awaitFailure(change(dispatcher, bounds(1, 4))))
        .isInstanceOf(JobModificationException.class)
        .hasMessageContaining("another change of it is under way");
    sim.await(first);
    assertThat(stores.graphs).containsEntry(job.jobId(), job.withRequirements(bounds(1, 3)));
  }

  @Test
  void whoDoesNotLeadChangesNothing() {
    DispatcherGateway dispatcher = startWith(job);
    stores.depose();
    assertThat(sim.awaitFailure(change(dispatcher, bounds(1, 1))))
        .isInstanceOf(NotLeaderException.class);
    sim.runFor(Duration.ofMillis(100));
    assertThat(taskExecutor.cancelled).isEmpty();
    assertThat(stores.graphs).containsEntry(job.jobId(), job);
  }

  @Test
  void whatDoesNotFitTheJobIsRefused() {
    DispatcherGateway dispatcher = startWith(job);
    assertThat(sim.awaitFailure(change(dispatcher, bounds(TestGraphs.SINK, 1, 1))))
        .isInstanceOf(JobModificationException.class)
        .hasMessageContaining(job.jobId().toString())
        .hasMessageContaining("Nothing is said about vertex " + TestGraphs.SOURCE);
    assertThat(stores.writes).containsExactly("putJob");
  }

  @Test
  void aJobThatIsNotAdaptiveIsNotChanged() {
    DispatcherGateway dispatcher = startWith(fixed);
    assertThat(sim.awaitFailure(change(dispatcher, bounds(1, 1))))
        .isInstanceOf(JobModificationException.class)
        .hasMessageContaining("does not run with jobmanager.scheduler: adaptive");
    assertThat(sim.awaitFailure(dispatcher.requestJobResourceRequirements(job.jobId(), ASK)))
        .isInstanceOf(JobModificationException.class);
    assertThat(stores.writes).containsExactly("putJob");
  }

  @Test
  void aJobThatIsOverOrUnknownIsNotChanged() {
    DispatcherGateway dispatcher = startWith(job);
    taskExecutor.reportAll(ExecutionState.FINISHED);
    sim.await(dispatcher.requestJobResult(job.jobId(), LONG));
    assertThat(sim.awaitFailure(change(dispatcher, bounds(1, 1))))
        .isInstanceOf(JobModificationException.class)
        .hasMessageContaining("it is over");
    assertThat(
            sim.awaitFailure(
                dispatcher.updateJobResourceRequirements(TestGraphs.jobId(9), bounds(1, 1), ASK)))
        .isInstanceOf(JobNotFoundException.class);
  }

  /** Else the graph would be stored again after its removal. */
  @Test
  void theGraphOfAJobThatEndsMeanwhileIsRemovedAfterItWasStored() {
    DispatcherGateway dispatcher = startWith(job);
    stores.outages.put("putJob", 3);
    CompletableFuture<Acknowledge> change = change(dispatcher, bounds(1, 1));
    taskExecutor.reportAll(ExecutionState.FINISHED);
    sim.await(dispatcher.requestJobResult(job.jobId(), LONG));
    assertThat(sim.awaitFailure(change)).hasMessageContaining("it is over");
    sim.runFor(Duration.ofSeconds(10));
    assertThat(stores.graphs).isEmpty();
    assertThat(stores.writes.subList(stores.writes.indexOf("removeJob"), stores.writes.size()))
        .containsExactly("removeJob", "markResultAsClean");
  }

  @Test
  void aClusterThatIsTooSmallForTheParallelismIsLargeEnoughForTheLowerBounds() {
    DispatcherGateway dispatcher = start();
    JobGraph wide = TestGraphs.single(1, 50);
    JobGraph adaptive =
        new JobGraph(
            wide.jobId(),
            wide.name(),
            wide.vertices(),
            wide.edges(),
            job.configuration(),
            wide.userJars());
    sim.await(dispatcher.submitJob(adaptive, ASK));
    sim.runUntil(() -> taskExecutor.tasks.size() == 4, LONG);
  }
}
