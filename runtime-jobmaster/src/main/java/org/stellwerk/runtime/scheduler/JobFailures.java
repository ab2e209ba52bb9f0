package org.stellwerk.runtime.scheduler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.executiongraph.JobState;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.ErrorInfo;
import org.stellwerk.runtime.messages.ExceptionHistoryEntry;
import org.stellwerk.time.Clock;

/**
 * The failures of a job: collects those that nobody has reacted to, makes incidents of them, keeps
 * the history, and knows which incident ends the job. Component of a scheduler, in the JobMaster's
 * main thread; soft state.
 */
public final class JobFailures {

  private static final Logger LOG = LoggerFactory.getLogger(JobFailures.class);
  private static final int HISTORY_SIZE = 16;

  /** Failures that became known together, and the one that explains the others. */
  public record Incident(JobFailure root, List<JobFailure> all, ExceptionHistory.Incident entry) {}

  private final JobState job;
  private final Clock clock;
  private final ExceptionHistory history = new ExceptionHistory(HISTORY_SIZE);
  private final Deque<JobFailure> unhandled = new ArrayDeque<>();
  private ExceptionHistory.@Nullable Incident end;

  /** A job without failures. */
  public JobFailures(JobState job, Clock clock) {
    this.job = job;
    this.clock = clock;
  }

  /** Something has failed; {@link #takeUnhandled} will tell of it. */
  public void add(JobFailure failure) {
    unhandled.add(failure);
  }

  /** Whether there are failures that nobody has taken. */
  public boolean hasUnhandled() {
    return !unhandled.isEmpty();
  }

  /** What has failed since the last call. */
  public List<JobFailure> takeUnhandled() {
    List<JobFailure> taken = new ArrayList<>(unhandled);
    unhandled.clear();
    taken.forEach(each -> LOG.debug("Job {}: {}", job.getJobId(), each.described().describe()));
    return taken;
  }

  /** A new incident; at least one failure. */
  public Incident begin(List<JobFailure> failures) {
    JobFailure root =
        failures.stream()
            .filter(failure -> !failure.isConsequence())
            .findFirst()
            .orElse(failures.get(0));
    ExceptionHistory.Incident entry = history.begin(root.toHistory(now()), root.isConsequence());
    List<JobFailure> others = new ArrayList<>(failures);
    others.remove(root);
    others.forEach(failure -> addTo(entry, failure));
    return new Incident(root, List.copyOf(failures), entry);
  }

  /** One more failure of an incident. */
  public void addTo(ExceptionHistory.Incident incident, JobFailure failure) {
    boolean isRoot = incident.add(failure.toHistory(now()), failure.isConsequence());
    if (isRoot && incident == end) {
      setRootCause(failure);
      LOG.info("Job {}: root cause: {}", job.getJobId(), failure.described().describe());
    }
  }

  /** The incident fails the job. */
  public void beginEnd(Incident incident) {
    end = incident.entry();
    setRootCause(incident.root());
  }

  /** The incident that fails the job; null if there was none so far. */
  public ExceptionHistory.@Nullable Incident end() {
    return end;
  }

  private void setRootCause(JobFailure failure) {
    job.setFailure(new ErrorInfo(failure.described(), now()));
  }

  /** Why the job fails, for people. */
  public String describeRootCause() {
    ErrorInfo failure = job.getFailure();
    return failure == null ? "cause unknown" : failure.exception().describe();
  }

  /** All incidents, oldest first. */
  public List<ExceptionHistoryEntry> history() {
    return history.snapshot();
  }

  private long now() {
    return clock.absoluteTimeMillis();
  }
}
