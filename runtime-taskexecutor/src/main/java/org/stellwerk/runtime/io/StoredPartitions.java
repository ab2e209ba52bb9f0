package org.stellwerk.runtime.io;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;

/**
 * The finished blocking results of this TaskExecutor, by the attempt that made them. They stay when
 * their task has ended, until they are released; none outlives the process. The directory belongs
 * to it alone. Thread-safe.
 */
final class StoredPartitions {

  private static final Logger LOG = LoggerFactory.getLogger(StoredPartitions.class);

  private final Path directory;
  private final Map<ExecutionAttemptID, Result> results = new LinkedHashMap<>();
  private long files;

  private record Result(JobID jobId, Map<Integer, StoredPartition> outputs) {}

  StoredPartitions(Path directory) {
    this.directory = directory;
  }

  /** Removes what an earlier process has left. */
  void clean() throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory)) {
      for (Path file : left) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      LOG.debug("There is no {} yet.", directory);
    }
  }

  /** A writer of one output, to a new file. */
  synchronized PartitionWriter newWriter(int subpartitions) {
    return new PartitionWriter(directory.resolve("result-" + files++), subpartitions);
  }

  /** The attempt has written all of its blocking outputs; consumers find them from here on. */
  synchronized void add(
      JobID jobId, ExecutionAttemptID producer, Map<Integer, StoredPartition> outputs) {
    results.put(producer, new Result(jobId, Map.copyOf(outputs)));
  }

  /**
   * Begins to read what a request names.
   *
   * @throws IOException if it is not there
   */
  PartitionReader open(ChannelRequest request) throws IOException {
    StoredPartition partition;
    synchronized (this) {
      Result result = results.get(request.producer());
      partition = result == null ? null : result.outputs.get(request.outputIndex());
    }
    if (partition == null) {
      throw new IOException(request.describe() + " is not kept here, or no longer");
    }
    return partition.open(request.consumerSubtask());
  }

  /** Removes the results of attempts; those that are not here are ignored. */
  void release(Collection<ExecutionAttemptID> producers) {
    List<Result> removed = new ArrayList<>();
    synchronized (this) {
      for (ExecutionAttemptID producer : producers) {
        Result result = results.remove(producer);
        if (result != null) {
          removed.add(result);
        }
      }
    }
    removed.forEach(StoredPartitions::delete);
  }

  /** The attempts of a job whose results are here. */
  synchronized List<ExecutionAttemptID> of(JobID jobId) {
    return results.entrySet().stream()
        .filter(entry -> entry.getValue().jobId.equals(jobId))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Removes everything. */
  void clear() {
    List<ExecutionAttemptID> all;
    synchronized (this) {
      all = List.copyOf(results.keySet());
    }
    release(all);
  }

  private static void delete(Result result) {
    for (StoredPartition partition : result.outputs.values()) {
      try {
        partition.delete();
      } catch (IOException e) {
        LOG.warn("Cannot remove {}: {}", partition.file(), e.getMessage());
      }
    }
  }
}
