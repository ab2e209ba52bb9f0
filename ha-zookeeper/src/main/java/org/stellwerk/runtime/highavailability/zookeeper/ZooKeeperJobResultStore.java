package org.stellwerk.runtime.highavailability.zookeeper;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.highavailability.StoreAccessDeniedException;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.persistence.JobResultSerializer;

/**
 * Job results: one node for each below {@code /results/all}, and an empty one below {@code
 * /results/dirty} while the job's clean-up is not complete. Both come in one transaction; becoming
 * clean deletes the second, and of clean ones only the newest are kept. Every write is fenced, see
 * {@link FencedTransactions}. Thread-safe.
 */
final class ZooKeeperJobResultStore implements JobResultStore {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperJobResultStore.class);
  private static final String ROOT = "/results";
  private static final String ALL = ROOT + "/all";
  private static final String DIRTY = ROOT + "/dirty";

  private final FencedTransactions transactions;
  private final StateNodes nodes;
  private final int maxClean;
  private final Deque<String> clean = new ArrayDeque<>();
  private @Nullable UUID cleanKnownBy;

  ZooKeeperJobResultStore(FencedTransactions transactions, StateFiles files, int maxClean) {
    this.transactions = transactions;
    this.nodes = new StateNodes(transactions, files);
    this.maxClean = maxClean;
  }

  @Override
  public CompletableFuture<Void> createDirtyResult(UUID leaderSessionId, JobResult result) {
    JobID jobId = result.jobId();
    return transactions.async(
        "store the result of job " + jobId,
        () -> {
          byte[] state = JobResultSerializer.toBytes(result);
          String path = ALL + "/" + jobId;
          byte[] data = nodes.store(leaderSessionId, path, "result-" + jobId, state);
          try {
            nodes.settling(path, data, () -> create(leaderSessionId, jobId, data));
          } catch (KeeperException.NodeExistsException e) {
            LOG.debug("Job {} has a result already; it stands", jobId);
          }
          return null;
        });
  }

  private void create(UUID leaderSessionId, JobID jobId, byte[] data) throws Exception {
    try {
      createOnce(leaderSessionId, jobId, data);
    } catch (KeeperException.NoNodeException e) {
      Nodes.ensure(transactions.client(), ALL);
      Nodes.ensure(transactions.client(), DIRTY);
      createOnce(leaderSessionId, jobId, data);
    }
  }

  private void createOnce(UUID leaderSessionId, JobID jobId, byte[] data) throws Exception {
    transactions.commit(
        leaderSessionId,
        transactions.op().create().forPath(ALL + "/" + jobId, data),
        transactions.op().create().forPath(DIRTY + "/" + jobId, new byte[0]));
  }

  @Override
  public CompletableFuture<Void> markResultAsClean(UUID leaderSessionId, JobID jobId) {
    return transactions.async(
        "mark the result of job " + jobId + " as clean",
        () -> {
          try {
            transactions.commit(
                leaderSessionId,
                transactions.op().check().forPath(ALL + "/" + jobId),
                transactions.op().delete().forPath(DIRTY + "/" + jobId));
          } catch (KeeperException.NoNodeException e) {
            if (nodes.read(ALL + "/" + jobId).isEmpty()) {
              throw new IllegalStateException(
                  "Job " + jobId + " has no result that could be marked as clean", e);
            }
          }
          removeOldestClean(leaderSessionId, jobId.toString());
          return null;
        });
  }

  /** In a session the first time costs a question for each node, later ones none. */
  private synchronized void removeOldestClean(UUID leaderSessionId, String newest)
      throws Exception {
    if (!leaderSessionId.equals(cleanKnownBy)) {
      clean.clear();
      clean.addAll(cleanOldestFirst());
      cleanKnownBy = leaderSessionId;
    }
    clean.remove(newest);
    clean.addLast(newest);
    while (clean.size() > maxClean) {
      remove(leaderSessionId, clean.getFirst());
      clean.removeFirst();
    }
  }

  private List<String> cleanOldestFirst() throws Exception {
    List<String> names = new ArrayList<>(Nodes.children(transactions.client(), ALL));
    names.removeAll(Nodes.children(transactions.client(), DIRTY));
    Map<String, Long> created = new LinkedHashMap<>();
    for (String name : names) {
      Stat stat = transactions.client().checkExists().forPath(ALL + "/" + name);
      if (stat != null) {
        created.put(name, stat.getCzxid());
      }
    }
    return created.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  private void remove(UUID leaderSessionId, String name) throws Exception {
    String path = ALL + "/" + name;
    nodes.read(path).ifPresent(node -> nodes.note(path, node.data()));
    nodes.settling(
        path,
        null,
        () -> {
          try {
            transactions.commit(leaderSessionId, transactions.op().delete().forPath(path));
          } catch (KeeperException.NoNodeException e) {
            LOG.debug("The result of job {} was removed already", name);
          }
        });
  }

  @Override
  public CompletableFuture<Optional<JobResult>> getResult(JobID jobId) {
    return transactions.async("read the result of job " + jobId, () -> result(jobId.toString()));
  }

  @Override
  public CompletableFuture<List<JobResult>> getDirtyResults() {
    return transactions.async(
        "read the results of jobs that are not cleaned up",
        () -> {
          List<JobResult> results = new ArrayList<>();
          for (String name : Nodes.children(transactions.client(), DIRTY)) {
            result(name).ifPresent(results::add);
          }
          return results;
        });
  }

  /** Removes all results, whoever leads. */
  void clear() throws Exception {
    nodes.clear(ROOT);
  }

  private Optional<JobResult> result(String name) throws Exception {
    Optional<StateNodes.Node> stored = nodes.read(ALL + "/" + name);
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(JobResultSerializer.fromBytes(nodes.load(stored.get())));
    } catch (StoreUnavailableException | StoreAccessDeniedException e) {
      throw e;
    } catch (IllegalArgumentException | IOException e) {
      throw new IOException(
          "The result of job "
              + name
              + ", stored in ZooKeeper node /"
              + transactions.client().getNamespace()
              + ALL
              + "/"
              + name
              + ", cannot be read: "
              + e.getMessage()
              + ". Repair that, or delete the node and the one of that name in "
              + DIRTY
              + "; then start the JobManager again",
          e);
    }
  }
}
