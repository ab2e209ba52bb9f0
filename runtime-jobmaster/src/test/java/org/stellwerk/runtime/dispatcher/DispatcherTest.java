package org.stellwerk.runtime.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.runtime.dispatcher.DispatcherBed.ASK;
import static org.stellwerk.runtime.dispatcher.DispatcherBed.JAR_RETENTION;
import static org.stellwerk.runtime.dispatcher.DispatcherBed.LONG;
import static org.stellwerk.runtime.dispatcher.DispatcherBed.withJar;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.TestingResourceManager;
import org.stellwerk.runtime.jobmaster.TestingTaskExecutor;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ClusterOverview;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.ResourceOverview;
import org.stellwerk.runtime.messages.exceptions.DuplicateJobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;
import org.stellwerk.runtime.messages.exceptions.JobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/** Submissions, and what is asked and told of jobs until they are cleaned up. */
class DispatcherTest {

  private final DispatcherBed bed = new DispatcherBed(20);
  private final SimScheduler sim = bed.sim;
  private final TestingStores stores = bed.stores;
  private final TestingResourceManager resourceManager = bed.resourceManager;
  private final TestingTaskExecutor taskExecutor = bed.taskExecutor;
  private final JobGraph job = TestGraphs.single(1, 1);

  @AfterEach
  void nothingElseWentWrong() {
    sim.runFor(Duration.ofMillis(100));
  }

  @Test
  void aJobIsStoredAcknowledgedRunAndCleanedUp() {
    DispatcherGateway dispatcher = bed.start();
    stores.blobs.add(TestGraphs.jar(1));
    JobGraph graph = withJar(job, 1);
    sim.await(dispatcher.submitJob(graph, ASK));
    assertThat(stores.graphs).containsKey(graph.jobId());
    bed.awaitTasks(1);
    assertThat(bed.statusOf(dispatcher, graph)).isEqualTo(JobStatus.RUNNING);
    CompletableFuture<JobResult> result = dispatcher.requestJobResult(graph.jobId(), LONG);
    taskExecutor.reportAll(ExecutionState.FINISHED);
    assertThat(sim.await(result).status()).isEqualTo(JobStatus.FINISHED);
    assertThat(stores.dirty).containsExactly(graph.jobId());
    assertThat(bed.statusOf(dispatcher, graph)).isEqualTo(JobStatus.FINISHED);
    sim.runFor(JAR_RETENTION.plusSeconds(1));
    assertThat(stores.writes)
        .containsExactly("putJob", "createDirtyResult", "delete", "removeJob", "markResultAsClean");
    assertThat(stores.graphs).isEmpty();
    assertThat(stores.dirty).isEmpty();
    assertThat(stores.blobs).isEmpty();
    assertThat(bed.resultOf(dispatcher, graph).status()).isEqualTo(JobStatus.FINISHED);
  }

  @Test
  void aRunningJobIsNotSubmittedAgain() {
    DispatcherGateway dispatcher = bed.start();
    sim.await(dispatcher.submitJob(job, ASK));
    assertThat(sim.awaitFailure(dispatcher.submitJob(job, ASK)))
        .isInstanceOf(DuplicateJobSubmissionException.class);
    assertThat(stores.writes).containsExactly("putJob");
  }

  /** As by a client that has waited long enough: it must not hear that the job runs. */
  @Test
  void aSubmissionThatIsRepeatedMeanwhileHasTheSameAnswer() {
    DispatcherGateway dispatcher = bed.start();
    stores.failures.put("putJob", 1);
    CompletableFuture<Acknowledge> one = dispatcher.submitJob(job, ASK);
    CompletableFuture<Acknowledge> two = dispatcher.submitJob(job, ASK);
    assertThat(sim.awaitFailure(one)).isInstanceOf(JobSubmissionException.class);
    assertThat(sim.awaitFailure(two)).isInstanceOf(JobSubmissionException.class);
    CompletableFuture<Acknowledge> three = dispatcher.submitJob(job, ASK);
    sim.await(dispatcher.submitJob(job, ASK));
    sim.await(three);
    assertThat(stores.writes).containsExactly("removeJob", "putJob");
  }

  @Test
  void ofTwoJobsWithOneIdTheFirstWins() {
    DispatcherGateway dispatcher = bed.start();
    CompletableFuture<Acknowledge> one = dispatcher.submitJob(job, ASK);
    CompletableFuture<Acknowledge> two = dispatcher.submitJob(withJar(job, 1), ASK);
    assertThat(sim.awaitFailure(two)).isInstanceOf(DuplicateJobSubmissionException.class);
    sim.await(one);
    assertThat(stores.graphs).containsEntry(job.jobId(), job);
  }

  @Test
  void theJarsOfARefusedJobGoThoseOfTheOtherStay() {
    stores.blobs.add(TestGraphs.jar(1));
    stores.blobs.add(TestGraphs.jar(2));
    DispatcherGateway dispatcher = bed.start();
    sim.await(dispatcher.submitJob(withJar(job, 1), ASK));
    sim.awaitFailure(dispatcher.submitJob(withJar(job, 2), ASK));
    sim.runFor(JAR_RETENTION.plusSeconds(1));
    assertThat(stores.blobs).containsExactly(TestGraphs.jar(1));
  }

  @Test
  void anEndedJobIsNotSubmittedAgain() {
    DispatcherGateway dispatcher = bed.start();
    bed.tasksFinish();
    sim.await(dispatcher.submitJob(job, ASK));
    bed.resultOf(dispatcher, job);
    assertThat(sim.awaitFailure(dispatcher.submitJob(job, ASK)))
        .isInstanceOf(DuplicateJobSubmissionException.class)
        .hasMessageContaining("globally terminated");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aJobWithAStoredResultIsNotRunAgain(boolean dirty) {
    DispatcherGateway dispatcher = bed.start();
    bed.storeResult(job, dirty);
    assertThat(sim.awaitFailure(dispatcher.submitJob(job, ASK)))
        .isInstanceOf(DuplicateJobSubmissionException.class)
        .hasMessageContaining("globally terminated");
    assertThat(stores.graphs).isEmpty();
    assertThat(bed.statusOf(dispatcher, job)).isEqualTo(JobStatus.CANCELED);
    assertThat(bed.resultOf(dispatcher, job).netRuntimeMs()).isEqualTo(42);
    assertThat(sim.await(dispatcher.requestJob(job.jobId(), ASK)).state())
        .isEqualTo(JobStatus.CANCELED);
    assertThat(sim.await(dispatcher.cancelJob(job.jobId(), ASK))).isEqualTo(Acknowledge.INSTANCE);
  }

  @Test
  void aJobWhoseJarIsNotThereIsRefused() {
    DispatcherGateway dispatcher = bed.start();
    assertThat(sim.awaitFailure(dispatcher.submitJob(withJar(job, 1), ASK)))
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining(TestGraphs.jar(1).toString())
        .hasMessageContaining("upload");
    assertThat(stores.writes).isEmpty();
    sim.await(dispatcher.submitJob(job, ASK));
  }

  @Test
  void aJobAboveTheClustersSlotsIsRefusedWithNumbers() {
    DispatcherGateway dispatcher = bed.start();
    resourceManager.overview = new ResourceOverview(2, 4, 4);
    assertThat(sim.awaitFailure(dispatcher.submitJob(TestGraphs.single(1, 5), ASK)))
        .isInstanceOf(JobSubmissionException.class)
        .hasMessage(
            "Job 'single' needs 5 slots (its largest parallelism), but the cluster has 4 on 2"
                + " TaskManagers; add TaskManagers or lower -p");
    assertThat(stores.writes).isEmpty();
  }

  @Test
  void aJobWaitsForAClusterThatHasNoTaskManagersYet() {
    DispatcherGateway dispatcher = bed.start();
    resourceManager.overview = new ResourceOverview(0, 0, 0);
    sim.await(dispatcher.submitJob(TestGraphs.single(1, 5), ASK));
  }

  @Test
  void aJobThatCannotBeStoredIsNotAccepted() {
    DispatcherGateway dispatcher = bed.start();
    stores.failures.put("putJob", 1);
    assertThat(sim.awaitFailure(dispatcher.submitJob(job, ASK)))
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining("submit it again under the same id");
    assertThat(sim.awaitFailure(dispatcher.requestJobStatus(job.jobId(), ASK)))
        .isInstanceOf(JobNotFoundException.class);
    sim.await(dispatcher.submitJob(job, ASK));
    assertThat(stores.graphs).hasSize(1);
  }

  @Test
  void aDeposedLeaderAcceptsNothing() {
    DispatcherGateway dispatcher = bed.start();
    stores.depose();
    assertThat(sim.awaitFailure(dispatcher.submitJob(job, ASK)))
        .isInstanceOf(JobSubmissionException.class)
        .hasMessageContaining("not the leader any more");
    assertThat(stores.graphs).isEmpty();
  }

  @Test
  void aJobWhoseJobMasterCannotBeMadeHasFailed() {
    bed.factory =
        (rpc, id, graph, config, services) -> {
          throw new IllegalStateException("no JobMaster today");
        };
    DispatcherGateway dispatcher = bed.start();
    sim.await(dispatcher.submitJob(job, ASK));
    JobResult result = bed.resultOf(dispatcher, job);
    assertThat(result.status()).isEqualTo(JobStatus.FAILED);
    assertThat(result.failure()).isNotNull();
    assertThat(result.failure().message()).isEqualTo("no JobMaster today");
    ArchivedExecutionGraph archive = sim.await(dispatcher.requestJob(job.jobId(), ASK));
    assertThat(archive.state()).isEqualTo(JobStatus.FAILED);
    assertThat(archive.failure()).isNotNull();
    bed.factory = JobMaster::new;
    sim.await(dispatcher.submitJob(TestGraphs.single(2, 1), ASK));
    bed.awaitTasks(1);
  }

  @Test
  void aJobMasterThatEndsUnexpectedlyFailsItsJob() {
    List<JobMaster> made = new ArrayList<>();
    bed.factory =
        (rpc, id, graph, config, services) -> {
          JobMaster jobMaster = new JobMaster(rpc, id, graph, config, services);
          made.add(jobMaster);
          return jobMaster;
        };
    DispatcherGateway dispatcher = bed.start();
    sim.await(dispatcher.submitJob(job, ASK));
    bed.awaitTasks(1);
    made.get(0).closeAsync();
    JobResult result = bed.resultOf(dispatcher, job);
    assertThat(result.status()).isEqualTo(JobStatus.FAILED);
    assertThat(result.failure().message()).contains("JobMaster ended before the job");
  }

  @Test
  void aJobCanBeCancelledEvenBeforeItsSlotsAreThere() {
    DispatcherGateway dispatcher = bed.start();
    resourceManager.overview = new ResourceOverview(0, 0, 0);
    JobGraph large = TestGraphs.single(1, 100);
    sim.await(dispatcher.submitJob(large, ASK));
    sim.await(dispatcher.cancelJob(large.jobId(), ASK));
    assertThat(bed.resultOf(dispatcher, large).status()).isEqualTo(JobStatus.CANCELED);
    sim.await(dispatcher.cancelJob(large.jobId(), ASK));
    assertThat(bed.statusOf(dispatcher, large)).isEqualTo(JobStatus.CANCELED);
  }

  @Test
  void anUnknownJobIsSaidToBeUnknown() {
    DispatcherGateway dispatcher = bed.start();
    JobID id = TestGraphs.jobId(9);
    for (CompletableFuture<?> answer :
        List.of(
            dispatcher.requestJob(id, ASK),
            dispatcher.requestJobStatus(id, ASK),
            dispatcher.requestJobResult(id, ASK),
            dispatcher.cancelJob(id, ASK))) {
      assertThat(sim.awaitFailure(answer))
          .isInstanceOf(JobNotFoundException.class)
          .hasMessageContaining(id.toString());
    }
  }

  @Test
  void cleaningUpIsRepeatedUntilItWorks() {
    DispatcherGateway dispatcher = bed.start();
    bed.tasksFinish();
    stores.failures.put("createDirtyResult", 2);
    stores.failures.put("removeJob", 3);
    stores.failures.put("markResultAsClean", 2);
    sim.await(dispatcher.submitJob(job, ASK));
    assertThat(bed.resultOf(dispatcher, job).status()).isEqualTo(JobStatus.FINISHED);
    sim.await(dispatcher.cancelJob(job.jobId(), ASK));
    sim.runFor(Duration.ofSeconds(30));
    assertThat(stores.writes)
        .containsExactly("putJob", "createDirtyResult", "removeJob", "markResultAsClean");
    assertThat(stores.dirty).isEmpty();
    assertThat(bed.statusOf(dispatcher, job)).isEqualTo(JobStatus.FINISHED);
  }

  @Test
  void aResultThatADeposedLeaderCannotStoreIsNotGivenOut() {
    DispatcherGateway dispatcher = bed.start();
    sim.await(dispatcher.submitJob(job, ASK));
    bed.awaitTasks(1);
    CompletableFuture<JobResult> result = dispatcher.requestJobResult(job.jobId(), LONG);
    stores.depose();
    taskExecutor.reportAll(ExecutionState.FINISHED);
    sim.runFor(Duration.ofSeconds(10));
    assertThat(result).isNotDone();
    assertThat(stores.graphs).hasSize(1);
    assertThat(stores.results).isEmpty();
  }

  @Test
  void closingSuspendsJobsAndKeepsThemStored() {
    Dispatcher dispatcher = bed.newDispatcher();
    dispatcher.start();
    DispatcherGateway gateway = dispatcher.getSelfGateway(DispatcherGateway.class);
    sim.await(gateway.submitJob(job, ASK));
    bed.awaitTasks(1);
    CompletableFuture<JobResult> result = gateway.requestJobResult(job.jobId(), LONG);
    sim.runFor(Duration.ofMillis(100));
    sim.await(dispatcher.closeAsync());
    assertThat(sim.awaitFailure(result)).isInstanceOf(NotLeaderException.class);
    assertThat(resourceManager.jobMasters).isEmpty();
    assertThat(resourceManager.disconnects).containsExactly(job.jobId() + " SUSPENDED");
    sim.runFor(Duration.ofSeconds(1));
    assertThat(taskExecutor.suspensions).hasSize(1);
    assertThat(taskExecutor.disconnects).isEmpty();
    assertThat(stores.graphs).containsOnlyKeys(job.jobId());
    assertThat(stores.results).isEmpty();
  }

  @Test
  void waitingForAResultEndsAtItsTimeout() {
    DispatcherGateway dispatcher = bed.start();
    sim.await(dispatcher.submitJob(job, ASK));
    assertThat(sim.awaitFailure(dispatcher.requestJobResult(job.jobId(), Duration.ofSeconds(2))))
        .isInstanceOf(TimeoutException.class);
  }

  @Test
  void aJarStaysWhileAnyJobUsesIt() {
    DispatcherGateway dispatcher = bed.start();
    stores.blobs.add(TestGraphs.jar(1));
    JobGraph one = withJar(TestGraphs.single(1, 1), 1);
    JobGraph two = withJar(TestGraphs.single(2, 1), 1);
    sim.await(dispatcher.submitJob(one, ASK));
    sim.await(dispatcher.submitJob(two, ASK));
    sim.await(dispatcher.cancelJob(one.jobId(), ASK));
    bed.resultOf(dispatcher, one);
    sim.runFor(JAR_RETENTION.multipliedBy(3));
    assertThat(stores.blobs).containsExactly(TestGraphs.jar(1));
    assertThat(stores.dirty).isEmpty();
    sim.await(dispatcher.cancelJob(two.jobId(), ASK));
    bed.resultOf(dispatcher, two);
    sim.runFor(JAR_RETENTION.minusSeconds(1));
    assertThat(stores.blobs).isNotEmpty();
    JobGraph three = withJar(TestGraphs.single(3, 1), 1);
    sim.await(dispatcher.submitJob(three, ASK));
    sim.runFor(JAR_RETENTION.multipliedBy(2));
    assertThat(stores.blobs).isNotEmpty();
    assertThat(stores.dirty).isEmpty();
  }

  @Test
  void allJobsAreListedOldestFirstAndTheClusterCounted() {
    DispatcherGateway dispatcher = bed.start();
    bed.tasksFinish();
    for (int i = 1; i <= 4; i++) {
      sim.await(dispatcher.submitJob(TestGraphs.single(i, 1), ASK));
      bed.resultOf(dispatcher, TestGraphs.single(i, 1));
    }
    taskExecutor.onTask = task -> {};
    sim.await(dispatcher.submitJob(TestGraphs.single(5, 1), ASK));
    bed.awaitTasks(1);
    assertThat(sim.await(dispatcher.requestMultipleJobDetails(ASK)))
        .extracting(JobDetails::jobId)
        .containsExactly(
            TestGraphs.jobId(2), TestGraphs.jobId(3), TestGraphs.jobId(4), TestGraphs.jobId(5));
    resourceManager.overview = new ResourceOverview(3, 9, 4);
    assertThat(sim.await(dispatcher.requestClusterOverview(ASK)))
        .isEqualTo(new ClusterOverview(3, 9, 4, 1, 3, 0, 0));
    assertThat(bed.statusOf(dispatcher, TestGraphs.single(1, 1))).isEqualTo(JobStatus.FINISHED);
  }

  @Test
  void theTimeOfSubmissionIsWhenTheJobBecameInitializing() {
    DispatcherGateway dispatcher = bed.start();
    long before = bed.jmNode.clock().absoluteTimeMillis();
    sim.await(dispatcher.submitJob(job, ASK));
    bed.awaitTasks(1);
    ArchivedExecutionGraph archive = sim.await(dispatcher.requestJob(job.jobId(), ASK));
    assertThat(archive.startTime()).isBetween(before, before + 5);
  }
}
