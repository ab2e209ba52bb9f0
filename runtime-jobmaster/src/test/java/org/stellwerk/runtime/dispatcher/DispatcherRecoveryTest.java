package org.stellwerk.runtime.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.runtime.dispatcher.DispatcherBed.ASK;
import static org.stellwerk.runtime.dispatcher.DispatcherBed.JAR_RETENTION;
import static org.stellwerk.runtime.dispatcher.DispatcherBed.withJar;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/** What a Dispatcher does with what is stored when it begins, and while the stores are away. */
class DispatcherRecoveryTest {

  private final DispatcherBed bed = new DispatcherBed(20);
  private final SimScheduler sim = bed.sim;
  private final TestingStores stores = bed.stores;
  private final JobGraph job = TestGraphs.single(1, 1);

  @Test
  void storedJobsAreStartedAgainAndThoseWithADirtyResultOnlyCleanedUp() {
    JobGraph other = withJar(TestGraphs.single(2, 1), 2);
    stores.blobs.add(TestGraphs.jar(2));
    stores.graphs.put(job.jobId(), job);
    stores.graphs.put(other.jobId(), other);
    bed.storeResult(other, true);
    DispatcherGateway dispatcher = bed.start();
    bed.awaitTasks(1);
    assertThat(bed.statusOf(dispatcher, job)).isEqualTo(JobStatus.RUNNING);
    assertThat(bed.resultOf(dispatcher, other).netRuntimeMs()).isEqualTo(42);
    sim.runFor(JAR_RETENTION.plusSeconds(1));
    assertThat(stores.graphs).containsOnlyKeys(job.jobId());
    assertThat(stores.dirty).isEmpty();
    assertThat(stores.blobs).isEmpty();
  }

  @Test
  void questionsWaitUntilTheStoredJobsAreKnown() {
    stores.graphs.put(job.jobId(), job);
    Dispatcher dispatcher = bed.newDispatcher();
    dispatcher.start();
    CompletableFuture<JobStatus> status =
        dispatcher.getSelfGateway(DispatcherGateway.class).requestJobStatus(job.jobId(), ASK);
    assertThat(sim.await(status)).isIn(JobStatus.INITIALIZING, JobStatus.RUNNING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"recoverJobs", "getDirtyResults", "getResult"})
  void storedJobsThatCannotBeReadAreAnError(String call) {
    stores.graphs.put(job.jobId(), job);
    stores.failures.put(call, 1);
    Dispatcher dispatcher = bed.newDispatcher();
    dispatcher.start();
    assertThat(sim.awaitFailure(dispatcher.getReadyFuture())).hasMessageContaining(call);
  }

  @ParameterizedTest
  @ValueSource(strings = {"recoverJobs", "getDirtyResults", "getResult"})
  void storesOutOfReachAreReadAgainUntilTheyAnswer(String call) {
    stores.graphs.put(job.jobId(), job);
    stores.outages.put(call, 3);
    DispatcherGateway dispatcher = bed.start();
    assertThat(bed.statusOf(dispatcher, job)).isIn(JobStatus.INITIALIZING, JobStatus.RUNNING);
  }

  @Test
  void aJobWhoseStoringHasAnUnknownOutcomeIsStoredAgainUntilItIsKnownAndRuns() {
    DispatcherGateway dispatcher = bed.start();
    stores.outages.put("putJob", 3);
    sim.await(dispatcher.submitJob(job, ASK));
    assertThat(stores.graphs).containsKey(job.jobId());
    bed.awaitTasks(1);
  }

  @Test
  void aDispatcherThatIsClosedWhileStoresAreOutOfReachEnds() {
    stores.outages.put("recoverJobs", Integer.MAX_VALUE);
    Dispatcher dispatcher = bed.newDispatcher();
    dispatcher.start();
    sim.runFor(Duration.ofSeconds(30));
    assertThat(dispatcher.getReadyFuture()).isNotDone();
    sim.await(dispatcher.closeAsync());
    assertThat(sim.awaitFailure(dispatcher.getReadyFuture()))
        .isInstanceOf(NotLeaderException.class);
  }
}
