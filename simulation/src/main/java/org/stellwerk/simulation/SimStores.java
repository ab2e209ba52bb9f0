package org.stellwerk.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/**
 * What the coordination service keeps: graphs of accepted jobs and results. Survives everything.
 */
public final class SimStores {

  private record Entry(JobResult result, boolean dirty) {}

  private final SimCoordination coordination;
  private final Map<JobID, JobGraph> jobs = new LinkedHashMap<>();
  private final Map<JobID, Entry> results = new LinkedHashMap<>();

  SimStores(SimCoordination coordination) {
    this.coordination = coordination;
  }

  /** The stored graphs, oldest first. */
  public List<JobGraph> jobs() {
    return List.copyOf(jobs.values());
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

  void putJob(UUID session, JobGraph graph) throws NotLeaderException {
    coordination.checkLeads(session, "Storing job " + graph.jobId());
    jobs.put(graph.jobId(), graph);
  }

  void removeJob(UUID session, JobID jobId) throws NotLeaderException {
    coordination.checkLeads(session, "Removing job " + jobId);
    jobs.remove(jobId);
  }

  void createDirtyResult(UUID session, JobResult result) throws NotLeaderException {
    coordination.checkLeads(session, "Storing the result of job " + result.jobId());
    results.putIfAbsent(result.jobId(), new Entry(result, true));
  }

  void markResultAsClean(UUID session, JobID jobId) throws NotLeaderException {
    coordination.checkLeads(session, "Marking the result of job " + jobId + " as clean");
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
