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
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;
import org.stellwerk.runtime.messages.exceptions.JobSubmissionException;
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
    assertThat(sim.await(status)).isIn(JobStatus.INITIALIZING, JobStatus.RECONCILING);
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
    assertThat(bed.statusOf(dispatcher, job)).isIn(JobStatus.INITIALIZING, JobStatus.RECONCILING);
  }

  @Test
  void aJobWhoseStoringHasAnUnknownOutcomeIsStoredAgainUntilItIsKnownAndRuns() {
    DispatcherGateway dispatcher = bed.start();
    stores.outages.put("putJob", 3);
    sim.await(dispatcher.submitJob(job, ASK));
    assertThat(stores.graphs).containsKey(job.jobId());
    bed.awaitTasks(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"getResult", "putJob"})
  void whileTheStoreDoesNotAnswerASubmissionIsToldSoAndLaterWhatBecameOfIt(String call) {
    DispatcherGateway dispatcher = bed.start();
    sim.await(dispatcher.submitJob(TestGraphs.single(2, 1), ASK));
    stores.hold(call);
    CompletableFuture<Acknowledge> first = dispatcher.submitJob(job, ASK);
    sim.runFor(Duration.ofSeconds(3));
    assertThat(first).isNotDone();
    CompletableFuture<Acknowledge> second = dispatcher.submitJob(job, ASK);
    sim.runFor(Duration.ofSeconds(3));
    assertThat(sim.awaitFailure(first))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessage(
            "Job %s is not accepted yet: the store has not answered for 5000 ms; submit it again"
                + " under the same id",
            job.jobId());
    assertThat(sim.awaitFailure(second)).isInstanceOf(StoreUnavailableException.class);
    assertThat(sim.await(dispatcher.requestMultipleJobDetails(ASK))).hasSize(1);
    sim.await(dispatcher.cancelJob(TestGraphs.single(2, 1).jobId(), ASK));
    CompletableFuture<Acknowledge> third = dispatcher.submitJob(job, ASK);
    sim.runFor(Duration.ofSeconds(1));
    stores.release(call);
    sim.await(third);
    assertThat(stores.graphs).containsKey(job.jobId());
    assertThat(bed.statusOf(dispatcher, job).isGloballyTerminal()).isFalse();
  }

  @Test
  void whileTheStoreFailsASubmissionIsToldWhyAndIsAcceptedOnceItWorksAgain() {
    DispatcherGateway dispatcher = bed.start();
    stores.outages.put("putJob", Integer.MAX_VALUE);
    assertThat(sim.awaitFailure(dispatcher.submitJob(job, ASK)))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessage(
            "Job %s is not accepted yet: putJob cannot be reached now; submit it again under the"
                + " same id",
            job.jobId());
    assertThat(sim.await(dispatcher.requestMultipleJobDetails(ASK))).isEmpty();
    stores.outages.clear();
    sim.await(dispatcher.submitJob(job, ASK));
    assertThat(stores.graphs).containsKey(job.jobId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"getResult", "putJob"})
  void aJobThatIsOnItsWayIsCancelledOnceItIsAccepted(String call) {
    DispatcherGateway dispatcher = bed.start();
    stores.hold(call);
    CompletableFuture<Acknowledge> submitted = dispatcher.submitJob(job, ASK);
    CompletableFuture<Acknowledge> cancelled = dispatcher.cancelJob(job.jobId(), ASK);
    sim.runFor(Duration.ofSeconds(3));
    assertThat(cancelled).isNotDone();
    assertThat(sim.await(dispatcher.requestMultipleJobDetails(ASK))).isEmpty();
    stores.release(call);
    sim.await(submitted);
    sim.await(cancelled);
    assertThat(bed.resultOf(dispatcher, job).status()).isEqualTo(JobStatus.CANCELED);
  }

  @Test
  void whileItIsNotKnownWhetherAJobIsAcceptedACancellationIsToldSo() {
    DispatcherGateway dispatcher = bed.start();
    stores.outages.put("putJob", Integer.MAX_VALUE);
    CompletableFuture<Acknowledge> submitted = dispatcher.submitJob(job, ASK);
    assertThat(sim.awaitFailure(dispatcher.cancelJob(job.jobId(), ASK)))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessage(
            "Whether job %s is accepted is not known yet (putJob cannot be reached now); ask again",
            job.jobId());
    assertThat(sim.awaitFailure(submitted)).isInstanceOf(StoreUnavailableException.class);
    stores.outages.clear();
    sim.await(dispatcher.cancelJob(job.jobId(), ASK));
    assertThat(bed.resultOf(dispatcher, job).status()).isEqualTo(JobStatus.CANCELED);
  }

  @Test
  void aJobThatIsRefusedMeanwhileIsUnknownToItsCancellation() {
    DispatcherGateway dispatcher = bed.start();
    stores.hold("putJob");
    CompletableFuture<Acknowledge> submitted = dispatcher.submitJob(job, ASK);
    CompletableFuture<Acknowledge> cancelled = dispatcher.cancelJob(job.jobId(), ASK);
    stores.failures.put("putJob", 1);
    stores.release("putJob");
    assertThat(sim.awaitFailure(submitted)).isInstanceOf(JobSubmissionException.class);
    assertThat(sim.awaitFailure(cancelled)).isInstanceOf(JobNotFoundException.class);
  }

  @Test
  void aRefusalThatCannotBeCleanedUpIsToldWithItsReason() {
    DispatcherGateway dispatcher = bed.start();
    stores.failures.put("putJob", 1);
    stores.failures.put("removeJob", Integer.MAX_VALUE);
    assertThat(sim.awaitFailure(dispatcher.submitJob(job, ASK)))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessage(
            "Job %s is not accepted yet: putJob does not work now; submit it again under the same"
                + " id",
            job.jobId());
    stores.failures.clear();
    sim.runFor(Duration.ofSeconds(30));
    sim.await(dispatcher.submitJob(job, ASK));
    assertThat(stores.graphs).containsKey(job.jobId());
  }

  @Test
  void aStoreOutOfReachRefusesASubmissionWithOneLine() {
    DispatcherGateway dispatcher = bed.start();
    stores.outages.put("getResult", 1);
    assertThat(sim.awaitFailure(dispatcher.submitJob(job, ASK)))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("Job " + job.jobId() + " is not accepted: ")
        .hasMessageEndingWith("getResult cannot be reached now; submit it again under the same id");
    assertThat(stores.writes).isEmpty();
    sim.await(dispatcher.submitJob(job, ASK));
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
