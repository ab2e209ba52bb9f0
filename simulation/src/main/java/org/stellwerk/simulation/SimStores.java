package org.stellwerk.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.persistence.JobGraphSerializer;
import org.stellwerk.runtime.persistence.JobProgressSerializer;
import org.stellwerk.runtime.persistence.JobResultSerializer;

/**
 * What the coordination service keeps: accepted jobs, with graph and progress, and results.
 * Survives everything. In the form in which the real stores keep them, so what is read is never the
 * writer's object.
 */
public final class SimStores {

  private record Entry(JobResult result, boolean dirty) {}

  private final List<WriteListener> listeners = new ArrayList<>();
  private final Map<JobID, StoredJob> jobs = new LinkedHashMap<>();
  private final Map<JobID, Entry> results = new LinkedHashMap<>();

  SimStores() {}

  /** Hears of every write, at the instant at which it is carried out. */
  @FunctionalInterface
  public interface WriteListener {

    /** Who writes, and what in words; it will have happened when the event is over. */
    void onWrite(UUID leaderSession, String what);
  }

  /** From now on the listener hears of writes. */
  public void addListener(WriteListener listener) {
    listeners.add(listener);
  }

  void written(UUID leaderSession, String what) {
    listeners.forEach(listener -> listener.onWrite(leaderSession, what));
  }

  /** The stored graphs, oldest first. */
  public List<JobGraph> jobs() {
    return jobs.values().stream().map(StoredJob::graph).toList();
  }

  /** The graphs of those stored jobs that have no result, oldest first. */
  public List<JobGraph> unfinished() {
    List<JobGraph> unfinished = new ArrayList<>();
    for (StoredJob job : jobs.values()) {
      if (!results.containsKey(job.graph().jobId())) {
        unfinished.add(job.graph());
      }
    }
    return unfinished;
  }

  /** The stored jobs, oldest first. */
  public List<StoredJob> storedJobs() {
    return List.copyOf(jobs.values());
  }

  /** The job with its progress, if it is stored. */
  public Optional<StoredJob> storedJob(JobID jobId) {
    return Optional.ofNullable(jobs.get(jobId));
  }

  /** Whether the graph of the job is stored. */
  public boolean hasJob(JobID jobId) {
    return jobs.containsKey(jobId);
  }

  /** The job's result, dirty or clean. */
  public Optional<JobResult> result(JobID jobId) {
    return Optional.ofNullable(results.get(jobId)).map(Entry::result);
  }

  /** The results whose clean-up is open. */
  public List<JobResult> dirtyResults() {
    List<JobResult> dirty = new ArrayList<>();
    results.values().stream().filter(Entry::dirty).map(Entry::result).forEach(dirty::add);
    return dirty;
  }

  void putJob(JobGraph graph) {
    JobGraph stored = JobGraphSerializer.fromBytes(JobGraphSerializer.toBytes(graph));
    StoredJob known = jobs.get(graph.jobId());
    jobs.put(
        graph.jobId(), new StoredJob(stored, known == null ? Optional.empty() : known.progress()));
  }

  void putProgress(JobProgress progress) {
    JobProgress stored = JobProgressSerializer.fromBytes(JobProgressSerializer.toBytes(progress));
    jobs.computeIfPresent(
        progress.jobId(), (id, known) -> new StoredJob(known.graph(), Optional.of(stored)));
  }

  void removeJob(JobID jobId) {
    jobs.remove(jobId);
  }

  void createDirtyResult(JobResult result) {
    JobResult stored = JobResultSerializer.fromBytes(JobResultSerializer.toBytes(result));
    results.putIfAbsent(result.jobId(), new Entry(stored, true));
  }

  void markResultAsClean(JobID jobId) {
    Entry entry = results.get(jobId);
    if (entry == null) {
      throw new NoSuchElementException("Job " + jobId + " has no result to be marked as clean");
    }
    results.put(jobId, new Entry(entry.result(), false));
  }

  void clear() {
    jobs.clear();
    results.clear();
  }
}
