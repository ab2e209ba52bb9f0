package org.stellwerk.runtime.dispatcher;

import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.highavailability.EndedJobStore;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExceptionHistoryEntry;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.util.ExceptionUtils;

/**
 * The jobs that ended last, for looking at. Bounded twice, and the oldest go first: so many are
 * listed, and of so many as fit into the memory the whole graph is kept; the others' are in the
 * store, where there is one. What the store has from earlier leaders is read in the background,
 * after the Dispatcher serves. Component of the Dispatcher, in its main thread; soft state.
 */
final class EndedJobs {

  private static final Logger LOG = LoggerFactory.getLogger(EndedJobs.class);

  private record Entry(JobDetails details, @Nullable ArchivedExecutionGraph graph, long bytes) {

    Entry withoutGraph() {
      return new Entry(details, null, 0);
    }
  }

  private final int capacity;
  private final long maxBytes;
  private final EndedJobStore store;
  private final Executor mainThread;
  private final Map<JobID, Entry> jobs = new LinkedHashMap<>();
  private long bytes;

  EndedJobs(DispatcherConfig config, EndedJobStore store, Executor mainThread) {
    this.capacity = config.maxEndedJobs();
    this.maxBytes = config.maxEndedJobsBytes();
    this.store = store;
    this.mainThread = mainThread;
  }

  /**
   * A job has ended, and its result is durable. Completes in the main thread when later leaders
   * will list it, or cannot.
   */
  CompletableFuture<Void> onEnded(ArchivedExecutionGraph job) {
    add(job);
    return kept(job, store.put(job));
  }

  /** A job has ended under an earlier leader, which may have kept no more of it than its result. */
  CompletableFuture<Void> onRecovered(ArchivedExecutionGraph result) {
    add(result);
    return kept(
        result,
        store
            .get(result.jobId())
            .thenCompose(
                found ->
                    found.isPresent() ? FutureUtils.completedVoidFuture() : store.put(result)));
  }

  private CompletableFuture<Void> kept(
      ArchivedExecutionGraph job, CompletableFuture<Void> written) {
    return written
        .exceptionally(
            failure -> {
              LOG.warn(
                  "Later leaders will not know the details of job {}: {}",
                  job.jobId(),
                  ExceptionUtils.describe(failure));
              return null;
            })
        .thenApplyAsync(ignored -> null, mainThread);
  }

  /** Begins to read what earlier leaders have kept. */
  void load() {
    store
        .list()
        .whenCompleteAsync(
            (jobIds, failure) -> {
              if (failure == null) {
                loadNext(jobIds.stream().limit(capacity).iterator());
              } else {
                LOG.warn("Ended jobs are not listed: {}", ExceptionUtils.describe(failure));
              }
            },
            mainThread);
  }

  private void loadNext(Iterator<JobID> jobIds) {
    if (jobIds.hasNext()) {
      find(jobIds.next())
          .whenCompleteAsync(
              (job, failure) -> {
                job.filter(loaded -> isNews(loaded.jobId())).ifPresent(this::add);
                loadNext(jobIds);
              },
              mainThread);
    }
  }

  private boolean isNews(JobID jobId) {
    Entry entry = jobs.get(jobId);
    return entry == null || (entry.graph != null && isSparse(entry.graph));
  }

  /** Whether no more is known than the result. */
  private static boolean isSparse(ArchivedExecutionGraph graph) {
    return graph.vertices().isEmpty();
  }

  /** The job as it was at its end; empty if that is not known. */
  CompletableFuture<Optional<ArchivedExecutionGraph>> find(JobID jobId) {
    ArchivedExecutionGraph graph = graph(jobId);
    if (graph != null && !isSparse(graph)) {
      return CompletableFuture.completedFuture(Optional.of(graph));
    }
    return store
        .get(jobId)
        .exceptionally(
            failure -> {
              LOG.warn(
                  "The details of an ended job are lost: {}", ExceptionUtils.describe(failure));
              return Optional.empty();
            })
        .thenApply(found -> found.or(() -> Optional.ofNullable(graph)));
  }

  /** A job, in whatever order; what was known of it before is replaced. */
  void add(ArchivedExecutionGraph job) {
    remove(job.jobId());
    put(job.jobId(), new Entry(job.toDetails(), job, estimateBytes(job)));
    while (jobs.size() > capacity) {
      remove(oldest(entry -> true));
    }
    while (bytes > maxBytes) {
      JobID oldest = oldest(entry -> entry.graph != null);
      put(oldest, Objects.requireNonNull(remove(oldest)).withoutGraph());
    }
  }

  /** Records and their maps are counted as what they take on a 64-bit JVM, texts as Latin. */
  private static long estimateBytes(ArchivedExecutionGraph job) {
    long sum = 1000 + estimateBytes(job.failure());
    for (ArchivedExecutionGraph.Vertex vertex : job.vertices()) {
      sum += 300;
      for (ArchivedExecutionGraph.Subtask subtask : vertex.subtasks()) {
        sum += 700 + estimateBytes(subtask.failure());
      }
    }
    return sum + estimateBytes(job.exceptionHistory());
  }

  private static long estimateBytes(ArchivedExecutionGraph.@Nullable ErrorInfo failure) {
    return failure == null ? 0 : estimateBytes(failure.exception());
  }

  private static long estimateBytes(List<ExceptionHistoryEntry> history) {
    long sum = 0;
    for (ExceptionHistoryEntry entry : history) {
      sum += 300 + estimateBytes(entry.exception()) + estimateBytes(entry.concurrent());
    }
    return sum;
  }

  private static long estimateBytes(SerializedThrowable exception) {
    long sum = 0;
    for (SerializedThrowable each = exception; each != null; each = each.cause()) {
      String message = each.message();
      sum += 200 + each.stackTrace().length() + (message == null ? 0 : message.length());
    }
    return sum;
  }

  private JobID oldest(Predicate<Entry> which) {
    return jobs.values().stream()
        .filter(which)
        .map(Entry::details)
        .min(Comparator.comparingLong(JobDetails::endTime).thenComparing(JobDetails::jobId))
        .orElseThrow()
        .jobId();
  }

  private void put(JobID jobId, Entry entry) {
    jobs.put(jobId, entry);
    bytes += entry.bytes;
  }

  private @Nullable Entry remove(JobID jobId) {
    Entry removed = jobs.remove(jobId);
    bytes -= removed == null ? 0 : removed.bytes;
    return removed;
  }

  /** Whether the job is known to have ended. */
  boolean contains(JobID jobId) {
    return jobs.containsKey(jobId);
  }

  /** What is listed of the job; null if it is not known. */
  @Nullable JobDetails details(JobID jobId) {
    Entry entry = jobs.get(jobId);
    return entry == null ? null : entry.details;
  }

  private @Nullable ArchivedExecutionGraph graph(JobID jobId) {
    Entry entry = jobs.get(jobId);
    return entry == null ? null : entry.graph;
  }

  /** How the job ended; null if that is not in memory. */
  @Nullable JobResult result(JobID jobId) {
    ArchivedExecutionGraph graph = graph(jobId);
    return graph == null || graph.endTime() < 0 ? null : graph.toResult();
  }

  List<JobDetails> all() {
    return jobs.values().stream().map(Entry::details).toList();
  }

  int count(JobStatus status) {
    return (int) jobs.values().stream().filter(entry -> entry.details.status() == status).count();
  }
}
