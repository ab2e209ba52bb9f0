package org.stellwerk.runtime.taskexecutor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;

/**
 * The attempts that have finished here and left results for consumers on blocking edges. As long as
 * a job has one it is not over on this TaskExecutor, also if it has no slot any more: the
 * connection to its JobMaster stays, and with it both sides learn of each other's end. Component of
 * the TaskExecutor, in its main thread; soft state.
 */
final class PartitionTable {

  private final TaskRunner runner;
  private final Map<JobID, Set<ExecutionAttemptID>> byJob = new LinkedHashMap<>();

  PartitionTable(TaskRunner runner) {
    this.runner = runner;
  }

  /** The attempt has finished; its results are kept. */
  void add(JobID jobId, ExecutionAttemptID producer) {
    byJob.computeIfAbsent(jobId, ignored -> new LinkedHashSet<>()).add(producer);
  }

  boolean has(JobID jobId) {
    return byJob.containsKey(jobId);
  }

  /** Results are not needed any more; those that are not here are ignored. */
  void release(JobID jobId, Collection<ExecutionAttemptID> producers) {
    Set<ExecutionAttemptID> kept = byJob.get(jobId);
    if (kept == null) {
      return;
    }
    List<ExecutionAttemptID> released = new ArrayList<>(producers);
    released.retainAll(kept);
    kept.removeAll(released);
    if (kept.isEmpty()) {
      byJob.remove(jobId);
    }
    runner.releasePartitions(released);
  }

  /** Nobody will ask for the job's results again. */
  void releaseAll(JobID jobId) {
    Set<ExecutionAttemptID> kept = byJob.remove(jobId);
    if (kept != null) {
      runner.releasePartitions(List.copyOf(kept));
    }
  }

  /** What is kept of the job. */
  List<ExecutionAttemptID> of(JobID jobId) {
    return List.copyOf(byJob.getOrDefault(jobId, Set.of()));
  }

  /** What is kept, by job. */
  Map<JobID, List<ExecutionAttemptID>> all() {
    Map<JobID, List<ExecutionAttemptID>> all = new LinkedHashMap<>();
    byJob.forEach((jobId, kept) -> all.put(jobId, List.copyOf(kept)));
    return all;
  }
}
