package org.stellwerk.runtime.highavailability;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobResult;

/**
 * The results of jobs that are over (FLIP-194): a job with an entry is never run again. An entry is
 * dirty until the clean-up of its job is complete. Of clean entries only the newest are kept,
 * {@code jobstore.max-capacity} of them: a job that ended so long ago would be run if it were
 * submitted again. Fenced as {@link JobStore}.
 */
public interface JobResultStore {

  /** Records how a job ended, as dirty; an entry that is there stays as it is. */
  CompletableFuture<Void> createDirtyResult(UUID leaderSessionId, JobResult result);

  /** The clean-up of the job is complete. Idempotent; fails if there is no entry. */
  CompletableFuture<Void> markResultAsClean(UUID leaderSessionId, JobID jobId);

  /** The job's result, dirty or clean. */
  CompletableFuture<Optional<JobResult>> getResult(JobID jobId);

  /** The results whose clean-up is to be completed. */
  CompletableFuture<List<JobResult>> getDirtyResults();
}
