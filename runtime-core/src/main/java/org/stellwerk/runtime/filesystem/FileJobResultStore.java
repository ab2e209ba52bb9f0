package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.persistence.JobResultSerializer;

/**
 * Job results, a JSON file for each, whose name says whether it is dirty; of the clean ones the
 * newest are kept. Driver; hard state. Thread-safe.
 */
final class FileJobResultStore implements JobResultStore {

  private static final String DIRTY = "dirty";

  private final FileLeaderElection fence;
  private final JobFiles files;
  private final int capacity;

  FileJobResultStore(FileLeaderElection fence, JobFiles files, int capacity) {
    this.fence = fence;
    this.files = files;
    this.capacity = capacity;
  }

  @Override
  public CompletableFuture<Void> createDirtyResult(UUID leaderSessionId, JobResult result) {
    byte[] content = JobResultSerializer.toBytes(result);
    return fence.write(
        leaderSessionId,
        () -> {
          if (files.find(result.jobId()).isEmpty()) {
            files.put(result.jobId(), DIRTY, content);
          }
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> markResultAsClean(UUID leaderSessionId, JobID jobId) {
    return fence.write(
        leaderSessionId,
        () -> {
          JobFiles.Entry entry =
              files
                  .find(jobId)
                  .orElseThrow(
                      () ->
                          new IllegalStateException(
                              "Job " + jobId + " has no result that could be marked as clean"));
          if (isDirty(entry)) {
            files.rename(entry, "");
            deleteOldestClean();
          }
          return null;
        });
  }

  private void deleteOldestClean() throws IOException {
    List<JobFiles.Entry> clean = files.list().stream().filter(entry -> !isDirty(entry)).toList();
    for (JobFiles.Entry entry : clean.subList(0, Math.max(0, clean.size() - capacity))) {
      files.delete(entry);
    }
  }

  @Override
  public CompletableFuture<Optional<JobResult>> getResult(JobID jobId) {
    return fence.async(
        () -> {
          Optional<JobFiles.Entry> known = files.find(jobId);
          return known.isPresent() ? Optional.of(decode(known.get())) : Optional.empty();
        });
  }

  @Override
  public CompletableFuture<List<JobResult>> getDirtyResults() {
    return fence.async(
        () -> {
          List<JobResult> results = new ArrayList<>();
          for (JobFiles.Entry entry : files.list()) {
            if (isDirty(entry)) {
              results.add(decode(entry));
            }
          }
          return results;
        });
  }

  private static boolean isDirty(JobFiles.Entry entry) {
    return entry.state().equals(DIRTY);
  }

  private static JobResult decode(JobFiles.Entry entry) throws IOException {
    try {
      return JobResultSerializer.fromBytes(entry.read());
    } catch (IllegalArgumentException e) {
      throw new UnreadableFileException(
          "The result of job " + entry.jobId(), entry.file(), "give the job up", e);
    }
  }

  void clear() throws IOException {
    files.clear();
  }
}
