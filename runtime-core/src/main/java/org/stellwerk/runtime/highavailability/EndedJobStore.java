package org.stellwerk.runtime.highavailability;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;

/**
 * The jobs that ended last, as they were at their end, for people to look at under later leaders.
 * Losing an entry loses no job: that a job is over, and how it ended, is in the {@link
 * JobResultStore}, which is written first. Therefore not fenced. Bounded; the oldest go first.
 * Thread-safe.
 */
public interface EndedJobStore {

  /** Keeps nothing. */
  EndedJobStore NONE =
      new EndedJobStore() {
        @Override
        public CompletableFuture<Void> put(ArchivedExecutionGraph job) {
          return FutureUtils.completedVoidFuture();
        }

        @Override
        public CompletableFuture<Optional<ArchivedExecutionGraph>> get(JobID jobId) {
          return CompletableFuture.completedFuture(Optional.empty());
        }

        @Override
        public CompletableFuture<List<JobID>> list() {
          return CompletableFuture.completedFuture(List.of());
        }
      };

  /** Keeps a job whose result is durable; replaces an entry that is there. */
  CompletableFuture<Void> put(ArchivedExecutionGraph job);

  /** A job that is kept. */
  CompletableFuture<Optional<ArchivedExecutionGraph>> get(JobID jobId);

  /** The jobs that are kept, those that ended last first. */
  CompletableFuture<List<JobID>> list();
}
