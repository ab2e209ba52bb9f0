package org.stellwerk.runtime.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.executiongraph.ArchivedGraphs;
import org.stellwerk.runtime.highavailability.EndedJobStore;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobmaster.JobMasterConfig;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobStatus;

final class EndedJobsTest {

  private final Map<JobID, ArchivedExecutionGraph> stored = new LinkedHashMap<>();
  private boolean broken;

  private final EndedJobStore store =
      new EndedJobStore() {
        @Override
        public CompletableFuture<Void> put(ArchivedExecutionGraph job) {
          if (!broken) {
            stored.put(job.jobId(), job);
          }
          return answer(null);
        }

        @Override
        public CompletableFuture<Optional<ArchivedExecutionGraph>> get(JobID jobId) {
          return answer(Optional.ofNullable(stored.get(jobId)));
        }

        @Override
        public CompletableFuture<List<JobID>> list() {
          return answer(List.copyOf(stored.keySet()));
        }

        private <T> CompletableFuture<T> answer(T value) {
          return broken
              ? CompletableFuture.failedFuture(new IOException("disk full"))
              : CompletableFuture.completedFuture(value);
        }
      };

  private EndedJobs jobs(int capacity, long bytes) {
    return new EndedJobs(
        new DispatcherConfig(
            JobMasterConfig.from(Configuration.empty()),
            capacity,
            bytes,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1)),
        store,
        Runnable::run);
  }

  private static JobID id(int number) {
    return new JobID(new UUID(0, number));
  }

  private static ArchivedExecutionGraph job(int number, JobStatus status) {
    return new ArchivedExecutionGraph(
        id(number),
        "job " + number,
        status,
        Map.of(JobStatus.INITIALIZING, 5L, status, 1000L * number),
        List.of(
            new ArchivedExecutionGraph.Vertex(
                new JobVertexID(new UUID(1, 1)), "vertex", 1, "default", List.of())),
        List.of(),
        null,
        List.of(),
        0,
        Map.of());
  }

  private static List<JobID> ids(EndedJobs jobs) {
    return jobs.all().stream().map(JobDetails::jobId).sorted().toList();
  }

  @Test
  void ofAJobWhoseLeaderWasLostAtItsEndTheResultIsKept() {
    ArchivedExecutionGraph result = ArchivedGraphs.of(job(1, JobStatus.FINISHED).toResult());
    assertThat(jobs(10, 1 << 20).onRecovered(result)).isCompleted();
    EndedJobs next = jobs(10, 1 << 20);
    next.load();
    assertThat(ids(next)).containsExactly(id(1));
  }

  @Test
  void whatIsKeptOfItAlreadyStays() {
    jobs(10, 1 << 20).onEnded(job(1, JobStatus.FINISHED));
    ArchivedExecutionGraph result = ArchivedGraphs.of(job(1, JobStatus.FINISHED).toResult());
    assertThat(jobs(10, 1 << 20).onRecovered(result)).isCompleted();
    assertThat(stored.get(id(1)).vertices()).hasSize(1);
  }

  @Test
  void ofTooManyTheOldestAreForgotten() {
    EndedJobs jobs = jobs(2, 1 << 20);
    jobs.onEnded(job(2, JobStatus.FINISHED));
    jobs.onEnded(job(3, JobStatus.FAILED));
    jobs.add(job(1, JobStatus.FINISHED));
    assertThat(ids(jobs)).containsExactly(id(2), id(3));
    assertThat(jobs.count(JobStatus.FINISHED)).isEqualTo(1);
    assertThat(jobs.contains(id(1))).isFalse();
  }

  @Test
  void ofThoseThatNeedTooMuchMemoryTheDetailsAreReadFromTheStore() {
    EndedJobs jobs = jobs(10, 2000);
    jobs.onEnded(job(1, JobStatus.FINISHED));
    jobs.onEnded(job(2, JobStatus.FAILED));
    assertThat(ids(jobs)).containsExactly(id(1), id(2));
    assertThat(jobs.result(id(2))).isNotNull();
    assertThat(jobs.result(id(1))).as("not in memory").isNull();
    assertThat(jobs.find(id(1)).join()).contains(job(1, JobStatus.FINISHED));
  }

  @Test
  void aLaterLeaderListsThemAgain() {
    jobs(10, 1 << 20).onEnded(job(1, JobStatus.FINISHED));
    jobs(10, 1 << 20).onEnded(job(2, JobStatus.FAILED));
    EndedJobs later = jobs(10, 1 << 20);
    later.onEnded(job(3, JobStatus.CANCELED));
    later.load();
    assertThat(ids(later)).containsExactly(id(1), id(2), id(3));
    assertThat(later.result(id(2))).isEqualTo(job(2, JobStatus.FAILED).toResult());
  }

  /** As of a job whose clean-up the later leader completes. */
  @Test
  void whatIsKnownByItsResultIsCompletedFromTheStore() {
    ArchivedExecutionGraph known = job(1, JobStatus.FINISHED);
    jobs(10, 1 << 20).onEnded(known);
    EndedJobs later = jobs(10, 1 << 20);
    ArchivedExecutionGraph unknown = ArchivedGraphs.of(job(2, JobStatus.FAILED).toResult());
    later.add(ArchivedGraphs.of(known.toResult()));
    later.add(unknown);
    assertThat(later.find(id(1)).join()).contains(known);
    later.load();
    assertThat(later.details(id(1))).isEqualTo(known.toDetails());
    assertThat(later.find(id(2)).join()).contains(unknown);
  }

  @Test
  void aBrokenStoreCostsOnlyTheDetails() {
    broken = true;
    EndedJobs jobs = jobs(10, 1 << 20);
    jobs.load();
    jobs.onEnded(job(1, JobStatus.FINISHED));
    assertThat(ids(jobs)).containsExactly(id(1));
    assertThat(jobs.find(id(2)).join()).isEmpty();
  }
}
