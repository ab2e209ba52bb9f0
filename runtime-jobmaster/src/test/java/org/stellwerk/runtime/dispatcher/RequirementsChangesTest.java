package org.stellwerk.runtime.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.runtime.dispatcher.DispatcherBed.ASK;
import static org.stellwerk.runtime.dispatcher.DispatcherBed.LONG;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements.VertexBounds;
import org.stellwerk.runtime.jobmaster.TestingTaskExecutor;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.exceptions.JobModificationException;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.runtime.options.JobManagerOptions;

/** An adaptive job of one vertex that wants 2 slots, in a cluster of 4. */
class RequirementsChangesTest {

  private final DispatcherBed bed = new DispatcherBed(4);
  private final SimScheduler sim = bed.sim;
  private final TestingStores stores = bed.stores;
  private final TestingTaskExecutor taskExecutor = bed.taskExecutor;
  private final JobGraph fixed = TestGraphs.single(1, 2);
  private final JobGraph job =
      new JobGraph(
          fixed.jobId(),
          fixed.name(),
          fixed.vertices(),
          fixed.edges(),
          Map.of(JobManagerOptions.SCHEDULER.key(), "adaptive"),
          fixed.userJars());

  private DispatcherGateway startWith(JobGraph graph) {
    DispatcherGateway dispatcher = bed.start();
    sim.await(dispatcher.submitJob(graph, ASK));
    bed.awaitTasks(2);
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
    assertThat(stores.writes).filteredOn("putJob"::equals).containsExactly("putJob", "putJob");
    assertThat(stores.graphs).containsEntry(job.jobId(), job.withRequirements(bounds(1, 1)));
    assertThat(sim.await(dispatcher.requestJobResourceRequirements(job.jobId(), ASK)))
        .isEqualTo(bounds(1, 1));
    sim.runFor(Duration.ofMillis(100));
    assertThat(taskExecutor.cancelled).hasSize(2);
  }

  @Test
  void theNextLeaderUsesWhatIsStored() {
    stores.graphs.put(job.jobId(), job.withRequirements(bounds(1, 4)));
    bed.start();
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
  void whoWaitsForAStoreThatIsOutOfReachIsToldWhyAndNotKept() {
    DispatcherGateway dispatcher = startWith(job);
    stores.outages.put("putJob", 1000);
    CompletableFuture<Acknowledge> change = change(dispatcher, bounds(1, 3));
    assertThat(sim.awaitFailure(change))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("The new bounds of job " + job.jobId() + " are not stored yet");
    stores.outages.clear();
    sim.runFor(Duration.ofSeconds(20));
    assertThat(stores.graphs).containsEntry(job.jobId(), job.withRequirements(bounds(1, 3)));
  }

  /** A disk without room would otherwise never get any. */
  @Test
  void aJobThatIsOverIsCleanedUpThoughAChangeOfItCouldNotBeStored() {
    DispatcherGateway dispatcher = startWith(job);
    stores.outages.put("putJob", 1000);
    CompletableFuture<Acknowledge> change = change(dispatcher, bounds(1, 1));
    assertThat(sim.awaitFailure(change)).isInstanceOf(StoreUnavailableException.class);
    taskExecutor.reportAll(ExecutionState.FINISHED);
    sim.await(dispatcher.requestJobResult(job.jobId(), LONG));
    sim.runFor(Duration.ofSeconds(30));
    assertThat(stores.graphs).isEmpty();
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
    assertThat(stores.writes).filteredOn("putJob"::equals).containsExactly("putJob");
  }

  @Test
  void aJobThatIsNotAdaptiveIsNotChanged() {
    DispatcherGateway dispatcher = startWith(fixed);
    assertThat(sim.awaitFailure(change(dispatcher, bounds(1, 1))))
        .isInstanceOf(JobModificationException.class)
        .hasMessageContaining("does not run with jobmanager.scheduler: adaptive");
    assertThat(sim.awaitFailure(dispatcher.requestJobResourceRequirements(job.jobId(), ASK)))
        .isInstanceOf(JobModificationException.class);
    assertThat(stores.writes).filteredOn("putJob"::equals).containsExactly("putJob");
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
    DispatcherGateway dispatcher = bed.start();
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
