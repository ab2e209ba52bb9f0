package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.persistence.JobGraphSerializer;

/** Job graphs, a JSON file for each. Driver; hard state. Thread-safe. */
final class FileJobStore implements JobStore {

  private final FileLeaderElection fence;
  private final JobFiles files;

  FileJobStore(FileLeaderElection fence, JobFiles files) {
    this.fence = fence;
    this.files = files;
  }

  @Override
  public CompletableFuture<Void> putJob(UUID leaderSessionId, JobGraph jobGraph) {
    byte[] content = JobGraphSerializer.toBytes(jobGraph);
    return fence.write(
        leaderSessionId,
        () -> {
          files.put(jobGraph.jobId(), "", content);
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> removeJob(UUID leaderSessionId, JobID jobId) {
    return fence.write(
        leaderSessionId,
        () -> {
          Optional<JobFiles.Entry> known = files.find(jobId);
          if (known.isPresent()) {
            files.delete(known.get());
          }
          return null;
        });
  }

  @Override
  public CompletableFuture<List<JobGraph>> recoverJobs() {
    return fence.async(
        () -> {
          List<JobGraph> jobs = new ArrayList<>();
          for (JobFiles.Entry entry : files.list()) {
            jobs.add(decode(entry));
          }
          return jobs;
        });
  }

  private static JobGraph decode(JobFiles.Entry entry) throws IOException {
    try {
      return JobGraphSerializer.fromBytes(entry.read());
    } catch (IllegalArgumentException e) {
      throw new UnreadableFileException("Job " + entry.jobId(), entry.file(), e);
    }
  }

  void clear() throws IOException {
    files.clear();
  }
}
