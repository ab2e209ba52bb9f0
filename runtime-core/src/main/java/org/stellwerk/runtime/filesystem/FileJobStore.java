package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.persistence.JobGraphSerializer;
import org.stellwerk.runtime.persistence.JobProgressSerializer;

/**
 * Accepted jobs: a JSON file for the graph of each, and in another directory one for its progress.
 * There is never progress without a graph, not even when a removal is interrupted. Driver; hard
 * state. Thread-safe.
 */
final class FileJobStore implements JobStore {

  private final FileLeaderElection fence;
  private final JobFiles graphs;
  private final JobFiles progresses;

  FileJobStore(FileLeaderElection fence, JobFiles graphs, JobFiles progresses) {
    this.fence = fence;
    this.graphs = graphs;
    this.progresses = progresses;
  }

  @Override
  public CompletableFuture<Void> putJob(UUID leaderSessionId, JobGraph jobGraph) {
    byte[] content = JobGraphSerializer.toBytes(jobGraph);
    return fence.write(
        leaderSessionId,
        () -> {
          graphs.put(jobGraph.jobId(), "", content);
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> putProgress(UUID leaderSessionId, JobProgress progress) {
    byte[] content = JobProgressSerializer.toBytes(progress);
    return fence.write(
        leaderSessionId,
        () -> {
          if (graphs.find(progress.jobId()).isPresent()) {
            progresses.put(progress.jobId(), "", content);
          }
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> removeJob(UUID leaderSessionId, JobID jobId) {
    return fence.write(
        leaderSessionId,
        () -> {
          delete(progresses, jobId);
          delete(graphs, jobId);
          return null;
        });
  }

  private static void delete(JobFiles files, JobID jobId) throws IOException {
    Optional<JobFiles.Entry> known = files.find(jobId);
    if (known.isPresent()) {
      files.delete(known.get());
    }
  }

  @Override
  public CompletableFuture<Void> verifyLeader(UUID leaderSessionId) {
    return fence.write(leaderSessionId, () -> null);
  }

  @Override
  public CompletableFuture<List<StoredJob>> recoverJobs() {
    return fence.async(
        () -> {
          Map<JobID, JobProgress> progress = new LinkedHashMap<>();
          for (JobFiles.Entry entry : progresses.list()) {
            progress.put(entry.jobId(), decodeProgress(entry));
          }
          List<StoredJob> jobs = new ArrayList<>();
          for (JobFiles.Entry entry : graphs.list()) {
            jobs.add(
                new StoredJob(
                    decodeGraph(entry), Optional.ofNullable(progress.get(entry.jobId()))));
          }
          return jobs;
        });
  }

  private static JobGraph decodeGraph(JobFiles.Entry entry) throws IOException {
    try {
      return JobGraphSerializer.fromBytes(entry.read());
    } catch (IllegalArgumentException e) {
      throw new UnreadableFileException("Job " + entry.jobId(), entry.file(), "give the job up", e);
    }
  }

  private static JobProgress decodeProgress(JobFiles.Entry entry) throws IOException {
    try {
      return JobProgressSerializer.fromBytes(entry.read());
    } catch (IllegalArgumentException e) {
      throw new UnreadableFileException(
          "The progress of job " + entry.jobId(),
          entry.file(),
          "let the job begin from its start",
          e);
    }
  }

  void clear() throws IOException {
    progresses.clear();
    graphs.clear();
  }
}
