package org.stellwerk.runtime.dispatcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.blob.BlobStore;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/**
 * The stores of a Dispatcher, in memory: fenced, recorded, failing when the test says so. They
 * answer on the given executor, outside of any main thread.
 */
final class TestingStores implements JobStore, JobResultStore, BlobStore {

  final Map<JobID, JobGraph> graphs = new LinkedHashMap<>();
  final Map<JobID, JobProgress> progress = new LinkedHashMap<>();
  final Map<JobID, JobResult> results = new LinkedHashMap<>();
  final Set<JobID> dirty = new LinkedHashSet<>();
  final Set<BlobKey> blobs = new LinkedHashSet<>();
  final List<String> writes = new ArrayList<>();

  /** How many calls of the name fail before one works. */
  final Map<String, Integer> failures = new LinkedHashMap<>();

  /** How many calls of the name do not reach the store before one does. */
  final Map<String, Integer> outages = new LinkedHashMap<>();

  private final Map<String, List<Runnable>> held = new LinkedHashMap<>();
  private final Executor executor;
  private @Nullable UUID leader;

  TestingStores(Executor executor, UUID leader) {
    this.executor = executor;
    this.leader = leader;
  }

  void depose() {
    leader = null;
  }

  void setLeader(UUID session) {
    leader = session;
  }

  /** From now on calls of the name have no answer. */
  void hold(String name) {
    held.put(name, new ArrayList<>());
  }

  /** Calls of the name are carried out again, first those that were held. */
  void release(String name) {
    held.remove(name).forEach(Runnable::run);
  }

  private <T> CompletableFuture<T> call(String name, Supplier<T> action) {
    List<Runnable> calls = held.get(name);
    if (calls != null) {
      CompletableFuture<T> answer = new CompletableFuture<>();
      calls.add(() -> FutureUtils.forward(call(name, action), answer));
      return answer;
    }
    return CompletableFuture.supplyAsync(
        () -> {
          int left = failures.getOrDefault(name, 0);
          if (left > 0) {
            failures.put(name, left - 1);
            throw new IllegalStateException(name + " does not work now");
          }
          int unreachable = outages.getOrDefault(name, 0);
          if (unreachable > 0) {
            outages.put(name, unreachable - 1);
            throw new CompletionException(
                new StoreUnavailableException(name + " cannot be reached now", null));
          }
          return action.get();
        },
        executor);
  }

  private CompletableFuture<Void> write(String name, UUID session, Runnable action) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    call(
            name,
            () -> {
              if (session.equals(leader)) {
                writes.add(name);
                action.run();
                return true;
              }
              return false;
            })
        .whenComplete(
            (applied, failure) -> {
              if (failure != null) {
                done.completeExceptionally(failure);
              } else if (applied) {
                done.complete(null);
              } else {
                done.completeExceptionally(new NotLeaderException("deposed"));
              }
            });
    return done;
  }

  @Override
  public CompletableFuture<Void> putJob(UUID leaderSessionId, JobGraph jobGraph) {
    return write("putJob", leaderSessionId, () -> graphs.put(jobGraph.jobId(), jobGraph));
  }

  @Override
  public CompletableFuture<Void> putProgress(UUID leaderSessionId, JobProgress reached) {
    return write(
        "putProgress",
        leaderSessionId,
        () -> {
          if (graphs.containsKey(reached.jobId())) {
            progress.put(reached.jobId(), reached);
          }
        });
  }

  @Override
  public CompletableFuture<Void> removeJob(UUID leaderSessionId, JobID jobId) {
    return write(
        "removeJob",
        leaderSessionId,
        () -> {
          graphs.remove(jobId);
          progress.remove(jobId);
        });
  }

  @Override
  public CompletableFuture<Void> verifyLeader(UUID leaderSessionId) {
    return leaderSessionId.equals(leader)
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.failedFuture(new NotLeaderException("deposed"));
  }

  @Override
  public CompletableFuture<List<StoredJob>> recoverJobs() {
    return call(
        "recoverJobs",
        () ->
            graphs.values().stream()
                .map(
                    graph -> new StoredJob(graph, Optional.ofNullable(progress.get(graph.jobId()))))
                .toList());
  }

  @Override
  public CompletableFuture<Void> createDirtyResult(UUID leaderSessionId, JobResult result) {
    return write(
        "createDirtyResult",
        leaderSessionId,
        () -> {
          if (results.putIfAbsent(result.jobId(), result) == null) {
            dirty.add(result.jobId());
          }
        });
  }

  @Override
  public CompletableFuture<Void> markResultAsClean(UUID leaderSessionId, JobID jobId) {
    return write("markResultAsClean", leaderSessionId, () -> dirty.remove(jobId));
  }

  @Override
  public CompletableFuture<Optional<JobResult>> getResult(JobID jobId) {
    return call("getResult", () -> Optional.ofNullable(results.get(jobId)));
  }

  @Override
  public CompletableFuture<List<JobResult>> getDirtyResults() {
    return call(
        "getDirtyResults",
        () -> results.values().stream().filter(each -> dirty.contains(each.jobId())).toList());
  }

  @Override
  public CompletableFuture<BlobKey> put(Path file) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Boolean> contains(BlobKey key) {
    return call("contains", () -> blobs.contains(key));
  }

  @Override
  public CompletableFuture<Void> delete(BlobKey key, Supplier<CompletableFuture<Void>> permission) {
    return call("delete", permission)
        .thenCompose(Function.identity())
        .thenRun(
            () -> {
              writes.add("delete");
              blobs.remove(key);
            });
  }

  @Override
  public String serverAddress() {
    return "http://blobs/";
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    return CompletableFuture.completedFuture(null);
  }
}
