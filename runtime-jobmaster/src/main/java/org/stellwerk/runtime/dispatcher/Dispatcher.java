package org.stellwerk.runtime.dispatcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.executiongraph.ArchivedGraphs;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ClusterOverview;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.exceptions.DuplicateJobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.util.ExceptionUtils;

/**
 * The front door of the cluster in one leader session: accepts jobs, runs a JobMaster for each,
 * answers questions about them, and cleans up behind them. Hard state is in the stores only: a job
 * is accepted when its graph is stored, and over when its result is. Starts by taking up what is
 * stored: jobs with a result are cleaned up, the others are started again.
 *
 * <p>Questions that come before the stored jobs are known wait for that.
 */
public final class Dispatcher extends FencedRpcEndpoint<DispatcherId> implements DispatcherGateway {

  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  private final DispatcherConfig config;
  private final DispatcherServices services;
  private final UUID leaderSessionId;
  private final ClusterResources resources;
  private final JarKeeper jars;
  private final JobAcceptance acceptance;
  private final SessionJobMasters jobMasters;
  private final Retry retry;
  private final JobCleanup cleanup;
  private final RequirementsChanges requirementsChanges;
  private final EndedJobs endedJobs;
  private final Map<JobID, JobRun> runs = new LinkedHashMap<>();
  private final Map<JobID, Submission> submissions = new LinkedHashMap<>();
  private final Map<JobID, CompletableFuture<Void>> closingJobMasters = new LinkedHashMap<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private volatile List<JobID> promisedCancellations = List.of();
  private boolean stopping;

  /** A Dispatcher that has not begun; its endpoint's name follows from the session. */
  public Dispatcher(
      RpcService rpc, DispatcherId id, DispatcherConfig config, DispatcherServices services) {
    super(rpc, LeaderInformation.dispatcherName(id.value()), id);
    this.config = config;
    this.services = services;
    this.leaderSessionId = id.value();
    this.resources =
        new ClusterResources(
            rpc,
            services.resourceManagerAddress(),
            new ResourceManagerId(leaderSessionId),
            getMainThreadExecutor());
    this.jars =
        new JarKeeper(
            services.blobStore(),
            () -> services.jobStore().verifyLeader(leaderSessionId),
            config.jarRetention(),
            getMainThreadExecutor());
    this.retry =
        new Retry(config.retryBackoff(), config.maxRetryBackoff(), getMainThreadExecutor());
    this.acceptance = new JobAcceptance(services, leaderSessionId, jars, resources, retry);
    this.jobMasters =
        new SessionJobMasters(rpc, leaderSessionId, services, config.jobMaster(), acceptance);
    this.cleanup = new JobCleanup(services, leaderSessionId, jars, retry, getMainThreadExecutor());
    this.requirementsChanges = new RequirementsChanges(services, leaderSessionId, retry);
    this.endedJobs = new EndedJobs(config, services.endedJobStore(), getMainThreadExecutor());
  }

  /**
   * Completes in the main thread when the stored jobs are taken up: from then on leadership may be
   * confirmed. While the stores are out of reach reading is repeated; fails if what they hold
   * cannot be read, which its owner treats as a fault while it leads, or if the Dispatcher is
   * closed before.
   */
  public CompletableFuture<Void> getReadyFuture() {
    return ready;
  }

  /** Once closed: the jobs that were to be cancelled and are not known to be over. */
  public List<JobID> getPromisedCancellations() {
    return promisedCancellations;
  }

  @Override
  protected void onStart() {
    FutureUtils.assertNoException(
        retry
            .whileUnavailable("Reading the stored jobs", () -> StoredJobs.read(services))
            .handle(
                (recovered, failure) -> {
                  onRecovered(recovered, failure);
                  return recovered;
                }),
        services.runtime().fatalErrorHandler());
  }

  private void onRecovered(@Nullable StoredJobs recovered, @Nullable Throwable failure) {
    if (stopping) {
      return;
    }
    if (recovered == null || failure != null) {
      Throwable cause =
          failure == null
              ? new IllegalStateException("nothing recovered")
              : ExceptionUtils.stripCompletionException(failure);
      ready.completeExceptionally(cause);
      return;
    }
    recovered.jobs().values().forEach(job -> jars.acquire(job.graph().userJars()));
    for (JobResult result : recovered.results()) {
      LOG.info("Job {} ({}) is over, cleaning up.", result.jobId(), result.status());
      StoredJob stored = recovered.jobs().get(result.jobId());
      endedJobs
          .onRecovered(ArchivedGraphs.of(result))
          .thenRun(() -> cleanUp(result.jobId(), stored == null ? null : stored.graph()));
    }
    for (StoredJob job : recovered.unfinished()) {
      JobGraph graph = job.graph();
      LOG.info("Job {} ({}) is recovered.", graph.jobId(), graph.name());
      startJob(
          new JobRun(graph, services.runtime().clock().absoluteTimeMillis()),
          Optional.of(job.progress().orElseGet(() -> JobProgress.none(graph.jobId()))));
    }
    ready.complete(null);
    endedJobs.load();
  }

  @Override
  protected CompletableFuture<Void> onStop() {
    stopping = true;
    NotLeaderException reason = ending();
    ready.completeExceptionally(reason);
    List<CompletableFuture<Void>> closing = new ArrayList<>(closingJobMasters.values());
    promisedCancellations =
        runs.values().stream()
            .filter(JobRun::isCancelAccepted)
            .map(run -> run.graph().jobId())
            .toList();
    submissions.values().forEach(each -> closing.add(each.run().closeJobMaster()));
    for (JobRun run : runs.values()) {
      run.failResult(reason);
      closing.add(run.closeJobMaster());
    }
    runs.clear();
    // One that failed is one that is closed.
    return FutureUtils.completeAll(closing)
        .exceptionally(failure -> null)
        .thenCompose(ignored -> services.runtime().faultPoints().reach("dispatcher.jobs-closed"));
  }

  private static NotLeaderException ending() {
    return new NotLeaderException("This Dispatcher ends; ask the new leader for the job");
  }

  private <T> CompletableFuture<T> whenReady(Supplier<CompletableFuture<T>> answer) {
    return ready.isDone() && !ready.isCompletedExceptionally()
        ? answer.get()
        : ready.thenComposeAsync(ignored -> answer.get(), getMainThreadExecutor());
  }

  @Override
  public CompletableFuture<Acknowledge> submitJob(JobGraph jobGraph, Duration timeout) {
    return whenReady(() -> submit(jobGraph));
  }

  private CompletableFuture<Acknowledge> submit(JobGraph graph) {
    JobID jobId = graph.jobId();
    Submission underWay = submissions.get(jobId);
    if (underWay != null && underWay.graph().equals(graph)) {
      // Somebody who had no answer in time asks again; that the job runs is not true yet.
      return underWay.answer();
    }
    if (underWay != null || runs.containsKey(jobId)) {
      return refused(
          graph, new DuplicateJobSubmissionException("Job " + jobId + " was submitted before"));
    }
    if (endedJobs.contains(jobId)) {
      return refused(graph, JobAcceptance.globallyTerminated(jobId));
    }
    JobRun run = new JobRun(graph, services.runtime().clock().absoluteTimeMillis());
    Submission submission = new Submission(run, getMainThreadExecutor());
    submissions.put(jobId, submission);
    CompletableFuture<Acknowledge> answer = submission.answer();
    jars.acquire(graph.userJars());
    acceptance
        .accept(submission, config.jobMaster(), () -> prepare(run))
        .whenCompleteAsync(
            (ignored, failure) -> {
              submissions.remove(jobId);
              if (failure != null) {
                closeJobMaster(run);
                jars.release(graph.userJars());
                cleanup.removeRefused(graph.userJars());
                submission.complete(failure);
                return;
              }
              LOG.info("Job {} ({}) is accepted.", jobId, graph.name());
              submission.complete(null);
              if (!stopping) {
                startJob(run, Optional.empty());
              }
            },
            getMainThreadExecutor());
    return answer;
  }

  private void prepare(JobRun run) {
    if (!stopping) {
      jobMasters.prepare(run, job -> onEndTold(run, job));
    }
  }

  private CompletableFuture<Acknowledge> refused(JobGraph graph, Throwable why) {
    cleanup.removeRefused(graph.userJars());
    return CompletableFuture.failedFuture(why);
  }

  /** Starts a job whose jars are acquired. */
  private void startJob(JobRun run, Optional<JobProgress> recovered) {
    JobGraph graph = run.graph();
    runs.put(graph.jobId(), run);
    try {
      JobMaster jobMaster = jobMasters.of(run, recovered, job -> onEndTold(run, job));
      jobMaster
          .getTerminationFuture()
          .whenCompleteAsync(
              (ignored, failure) -> onJobMasterTerminated(run, failure), getMainThreadExecutor());
      jobMaster.start();
    } catch (RuntimeException e) {
      failWithoutJobMaster(run, e);
    }
  }

  private void onEndTold(JobRun run, ArchivedExecutionGraph job) {
    runAsync(() -> onJobEnded(run, job));
  }

  private void onJobMasterTerminated(JobRun run, @Nullable Throwable failure) {
    failWithoutJobMaster(
        run,
        failure == null
            ? new IllegalStateException("The job's JobMaster ended before the job")
            : failure);
  }

  private void failWithoutJobMaster(JobRun run, Throwable failure) {
    JobGraph graph = run.graph();
    onJobEnded(
        run,
        ArchivedGraphs.failed(
            graph.jobId(),
            graph.name(),
            run.initializationTimestamp(),
            new ArchivedExecutionGraph.ErrorInfo(
                SerializedThrowable.of(failure), services.runtime().clock().absoluteTimeMillis())));
  }

  private void onJobEnded(JobRun run, ArchivedExecutionGraph job) {
    if (stopping || !run.tryEnd()) {
      return;
    }
    JobResult result = job.toResult();
    cleanup
        .recordResult(result)
        .whenComplete(
            (ignored, failure) -> {
              if (stopping) {
                return;
              }
              if (failure != null) {
                LOG.info(
                    "The result of job {} is not recorded, as this process leads no longer.",
                    job.jobId());
                return;
              }
              LOG.info(
                  "Job {} ({}) is {} after {} ms.",
                  job.jobId(),
                  job.jobName(),
                  result.status(),
                  result.netRuntimeMs());
              runs.remove(job.jobId());
              // Who leads next lists it by what is kept of it, or by a result that is not clean
              // yet.
              CompletableFuture<Void> kept = endedJobs.onEnded(job);
              run.completeResult(result);
              run.resultIsDurable();
              closeJobMaster(run);
              // A graph that is being stored would otherwise outlive its removal.
              kept.thenCompose(done -> run.whenUnchanging())
                  .thenRun(() -> cleanUp(job.jobId(), run.graph()));
            });
  }

  private void closeJobMaster(JobRun run) {
    JobID jobId = run.graph().jobId();
    CompletableFuture<Void> closing = run.closeJobMaster();
    closingJobMasters.put(jobId, closing);
    closing.whenCompleteAsync(
        (ignored, failure) -> closingJobMasters.remove(jobId, closing), getMainThreadExecutor());
  }

  private void cleanUp(JobID jobId, @Nullable JobGraph graph) {
    if (graph != null) {
      jars.release(graph.userJars());
    }
    FutureUtils.assertNoException(
        cleanup.cleanUp(jobId, graph == null ? List.of() : graph.userJars()),
        services.runtime().fatalErrorHandler());
  }

  @Override
  public CompletableFuture<List<JobDetails>> requestMultipleJobDetails(Duration timeout) {
    return whenReady(
        () -> {
          List<CompletableFuture<JobDetails>> answers = new ArrayList<>();
          endedJobs.all().forEach(job -> answers.add(completed(job)));
          runs.values().forEach(run -> answers.add(run.details(timeout)));
          return FutureUtils.combineAll(answers)
              .thenApply(
                  details ->
                      details.stream()
                          .sorted(
                              Comparator.comparingLong(JobDetails::startTime)
                                  .thenComparing(JobDetails::jobId))
                          .toList());
        });
  }

  private static <T> CompletableFuture<T> completed(T value) {
    return CompletableFuture.completedFuture(value);
  }

  @Override
  public CompletableFuture<ArchivedExecutionGraph> requestJob(JobID jobId, Duration timeout) {
    return whenReady(
        () -> {
          JobRun run = runs.get(jobId);
          return run != null ? run.request(timeout) : endedJob(jobId);
        });
  }

  private CompletableFuture<ArchivedExecutionGraph> endedJob(JobID jobId) {
    return endedJobs
        .find(jobId)
        .thenCompose(
            found ->
                found
                    .map(Dispatcher::completed)
                    .orElseGet(
                        () -> StoredJobs.result(services, jobId).thenApply(ArchivedGraphs::of)));
  }

  @Override
  public CompletableFuture<JobStatus> requestJobStatus(JobID jobId, Duration timeout) {
    return whenReady(
        () -> {
          JobRun run = runs.get(jobId);
          JobDetails ended = endedJobs.details(jobId);
          if (run != null) {
            return run.requestStatus(timeout);
          }
          return ended != null
              ? completed(ended.status())
              : StoredJobs.result(services, jobId).thenApply(JobResult::status);
        });
  }

  @Override
  public CompletableFuture<JobResult> requestJobResult(JobID jobId, Duration timeout) {
    return whenReady(
        () -> {
          JobRun run = runs.get(jobId);
          if (run != null) {
            return run.awaitResult(timeout, getMainThreadExecutor());
          }
          JobResult ended = endedJobs.result(jobId);
          return ended != null ? completed(ended) : StoredJobs.result(services, jobId);
        });
  }

  @Override
  public CompletableFuture<Acknowledge> cancelJob(JobID jobId, Duration timeout) {
    return whenReady(
        () -> {
          // "There is no such job" would not stay true of one that is on its way into the store.
          Submission underWay = submissions.get(jobId);
          return underWay == null
              ? cancel(jobId, timeout)
              : underWay
                  .decided()
                  .thenComposeAsync(
                      ignored ->
                          stopping
                              ? CompletableFuture.failedFuture(ending())
                              : cancel(jobId, timeout),
                      getMainThreadExecutor());
        });
  }

  private CompletableFuture<Acknowledge> cancel(JobID jobId, Duration timeout) {
    JobRun run = runs.get(jobId);
    if (run == null) {
      return endedJobs.contains(jobId)
          ? completed(Acknowledge.INSTANCE)
          : StoredJobs.result(services, jobId).thenApply(result -> Acknowledge.INSTANCE);
    }
    return run.cancel(timeout);
  }

  @Override
  public CompletableFuture<JobResourceRequirements> requestJobResourceRequirements(
      JobID jobId, Duration timeout) {
    return ofRun(jobId, run -> requirementsChanges.current(run, timeout));
  }

  @Override
  public CompletableFuture<Acknowledge> updateJobResourceRequirements(
      JobID jobId, JobResourceRequirements requirements, Duration timeout) {
    return ofRun(jobId, run -> requirementsChanges.change(run, requirements, timeout));
  }

  private <T> CompletableFuture<T> ofRun(
      JobID jobId, Function<JobRun, CompletableFuture<T>> answer) {
    return whenReady(
        () -> {
          JobRun run = runs.get(jobId);
          if (run != null) {
            return answer.apply(run);
          }
          CompletableFuture<T> over = RequirementsChanges.refused(jobId, "it is over");
          return endedJobs.contains(jobId)
              ? over
              : StoredJobs.result(services, jobId).thenCompose(result -> over);
        });
  }

  @Override
  public CompletableFuture<ClusterOverview> requestClusterOverview(Duration timeout) {
    return whenReady(
        () ->
            resources
                .overview(timeout)
                .thenApply(
                    slots ->
                        new ClusterOverview(
                            slots.taskManagers(),
                            slots.slotsTotal(),
                            slots.slotsFree(),
                            runs.size(),
                            endedJobs.count(JobStatus.FINISHED),
                            endedJobs.count(JobStatus.CANCELED),
                            endedJobs.count(JobStatus.FAILED))));
  }

  /** What it knows now; for tests and the simulator, in the main thread. */
  public DispatcherSnapshot snapshot() {
    return new DispatcherSnapshot(
        getFencingToken(),
        ready.isDone() && !ready.isCompletedExceptionally(),
        new ArrayList<>(submissions.keySet()),
        new ArrayList<>(runs.keySet()));
  }
}
