package org.stellwerk.runtime.dispatcher;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;

/**
 * What a new leader finds in the stores. A job that has a result is over, whether the result is
 * dirty or clean: a graph beside a clean one was written after the job's clean-up, which no order
 * of our own writes does, and it is not run because of it. Immutable.
 *
 * @param results of jobs whose clean-up is open: all dirty ones, and those of stored jobs
 * @param jobs the stored jobs, oldest first
 */
record StoredJobs(List<JobResult> results, Map<JobID, StoredJob> jobs) {

  StoredJobs {
    results = List.copyOf(results);
    jobs = Collections.unmodifiableMap(new LinkedHashMap<>(jobs));
  }

  /** The stored jobs that are not over, oldest first. */
  List<StoredJob> unfinished() {
    Map<JobID, StoredJob> unfinished = new LinkedHashMap<>(jobs);
    results.forEach(result -> unfinished.remove(result.jobId()));
    return List.copyOf(unfinished.values());
  }

  /** Reads them; completes in whatever thread the stores answer in. */
  static CompletableFuture<StoredJobs> read(DispatcherServices services) {
    return services
        .runtime()
        .faultPoints()
        .reach("dispatcher.before-stores-read")
        .thenCompose(ignored -> services.jobResultStore().getDirtyResults())
        .thenCombine(services.jobStore().recoverJobs(), StoredJobs::of)
        .thenCompose(stored -> stored.withCleanResults(services));
  }

  /** The result of a job that is over; fails with JobNotFoundException if there is none. */
  static CompletableFuture<JobResult> result(DispatcherServices services, JobID jobId) {
    return services
        .jobResultStore()
        .getResult(jobId)
        .thenCompose(
            result ->
                result
                    .map(CompletableFuture::completedFuture)
                    .orElseGet(
                        () ->
                            CompletableFuture.failedFuture(
                                new JobNotFoundException("There is no job " + jobId))));
  }

  private static StoredJobs of(List<JobResult> dirtyResults, List<StoredJob> recovered) {
    Map<JobID, StoredJob> jobs = new LinkedHashMap<>();
    recovered.forEach(job -> jobs.put(job.graph().jobId(), job));
    return new StoredJobs(dirtyResults, jobs);
  }

  private CompletableFuture<StoredJobs> withCleanResults(DispatcherServices services) {
    List<CompletableFuture<Optional<JobResult>>> reads = new ArrayList<>();
    for (StoredJob job : unfinished()) {
      reads.add(services.jobResultStore().getResult(job.graph().jobId()));
    }
    return FutureUtils.combineAll(reads)
        .thenApply(
            clean -> {
              List<JobResult> all = new ArrayList<>(results);
              clean.forEach(result -> result.ifPresent(all::add));
              return new StoredJobs(all, jobs);
            });
  }
}
