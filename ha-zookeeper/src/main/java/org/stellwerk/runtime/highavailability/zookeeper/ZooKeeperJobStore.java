package org.stellwerk.runtime.highavailability.zookeeper;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.KeeperException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.highavailability.StoreAccessDeniedException;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.highavailability.zookeeper.StateNodes.Node;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.persistence.JobGraphSerializer;
import org.stellwerk.runtime.persistence.JobProgressSerializer;

/**
 * Accepted jobs: a node for the graph of each, in the order of the nodes' creation, and below it
 * one for its progress, which therefore cannot be without the graph. Every write is fenced, see
 * {@link FencedTransactions}. Thread-safe; writes of one job are the caller's to order.
 */
final class ZooKeeperJobStore implements JobStore {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperJobStore.class);
  private static final String ROOT = "/jobs";
  private static final String PROGRESS = "/progress";

  /** So many questions are under way at once when all jobs are read. */
  private static final int READERS = 16;

  private final FencedTransactions transactions;
  private final StateNodes nodes;

  ZooKeeperJobStore(FencedTransactions transactions, StateFiles files) {
    this.transactions = transactions;
    this.nodes = new StateNodes(transactions, files);
  }

  @Override
  public CompletableFuture<Void> putJob(UUID leaderSessionId, JobGraph jobGraph) {
    JobID jobId = jobGraph.jobId();
    return transactions.async(
        "store job " + jobId,
        () -> {
          byte[] state = JobGraphSerializer.toBytes(jobGraph);
          try {
            nodes.putNew(leaderSessionId, path(jobId), jobId.toString(), state);
          } catch (KeeperException.NoNodeException e) {
            Nodes.ensure(transactions.client(), ROOT);
            nodes.putNew(leaderSessionId, path(jobId), jobId.toString(), state);
          }
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> putProgress(UUID leaderSessionId, JobProgress progress) {
    JobID jobId = progress.jobId();
    return transactions.async(
        "store the progress of job " + jobId,
        () -> {
          byte[] state = JobProgressSerializer.toBytes(progress);
          try {
            nodes.put(leaderSessionId, path(jobId) + PROGRESS, "progress-" + jobId, state);
          } catch (KeeperException.NoNodeException e) {
            LOG.debug("Job {} is not stored, and its progress is not either", jobId);
          }
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> removeJob(UUID leaderSessionId, JobID jobId) {
    return transactions.async(
        "remove job " + jobId,
        () -> {
          String path = path(jobId);
          StateNodes.Write removal = () -> StateNodes.repeat(() -> remove(leaderSessionId, path));
          nodes.settling(path + PROGRESS, null, () -> nodes.settling(path, null, removal));
          return null;
        });
  }

  private void remove(UUID leaderSessionId, String path) throws Exception {
    List<Node> found = new ArrayList<>();
    nodes.read(path + PROGRESS).ifPresent(found::add);
    nodes.read(path).ifPresent(found::add);
    List<CuratorOp> deletions = new ArrayList<>();
    for (Node node : found) {
      nodes.note(node.path(), node.data());
      int version = node.stat().getVersion();
      deletions.add(transactions.op().delete().withVersion(version).forPath(node.path()));
    }
    try {
      transactions.commit(leaderSessionId, deletions.toArray(CuratorOp[]::new));
    } catch (KeeperException.NoNodeException e) {
      throw new KeeperException.BadVersionException(path);
    }
  }

  @Override
  public CompletableFuture<Void> verifyLeader(UUID leaderSessionId) {
    return transactions.async(
        "find session " + leaderSessionId + " leading",
        () -> {
          transactions.commit(leaderSessionId);
          return null;
        });
  }

  @Override
  public CompletableFuture<List<StoredJob>> recoverJobs() {
    String what = "read the stored jobs";
    return transactions
        .async(what, () -> Nodes.children(transactions.client(), ROOT))
        .thenCompose(
            names -> {
              List<CompletableFuture<List<FoundJob>>> parts = new ArrayList<>();
              for (List<String> part : parts(names)) {
                parts.add(transactions.async(what, () -> read(part)));
              }
              return FutureUtils.combineAll(parts);
            })
        .thenApply(
            parts ->
                parts.stream()
                    .flatMap(List::stream)
                    .sorted(Comparator.comparingLong(FoundJob::createdBy))
                    .map(FoundJob::job)
                    .toList());
  }

  private static List<List<String>> parts(List<String> names) {
    List<List<String>> parts = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if (i < READERS) {
        parts.add(new ArrayList<>());
      }
      parts.get(i % READERS).add(names.get(i));
    }
    return parts;
  }

  private List<FoundJob> read(List<String> names) throws Exception {
    List<FoundJob> jobs = new ArrayList<>();
    for (String name : names) {
      Optional<Node> graph = nodes.read(ROOT + "/" + name);
      if (graph.isPresent()) {
        jobs.add(found(name, graph.get()));
      }
    }
    return jobs;
  }

  private FoundJob found(String name, Node graph) throws Exception {
    Optional<Node> progress =
        graph.stat().getNumChildren() == 0 ? Optional.empty() : nodes.read(graph.path() + PROGRESS);
    JobGraph decoded =
        decode(JobGraphSerializer::fromBytes, "Job " + name, graph, "give the job up");
    Optional<JobProgress> reached = Optional.empty();
    if (progress.isPresent()) {
      reached =
          Optional.of(
              decode(
                  JobProgressSerializer::fromBytes,
                  "The progress of job " + name,
                  progress.get(),
                  "let the job begin from its start"));
    }
    return new FoundJob(graph.stat().getCzxid(), new StoredJob(decoded, reached));
  }

  /** Removes all jobs, whoever leads. */
  void clear() throws Exception {
    nodes.clear(ROOT);
  }

  private <T> T decode(Function<byte[], T> decoder, String what, Node node, String deleting)
      throws IOException {
    try {
      return decoder.apply(nodes.load(node));
    } catch (StoreUnavailableException | StoreAccessDeniedException e) {
      throw e;
    } catch (IllegalArgumentException | IOException e) {
      throw new IOException(
          what
              + ", stored in ZooKeeper node /"
              + transactions.client().getNamespace()
              + node.path()
              + ", cannot be read: "
              + e.getMessage()
              + ". Repair that, or delete the node to "
              + deleting
              + "; then start the JobManager again",
          e);
    }
  }

  private static String path(JobID jobId) {
    return ROOT + "/" + jobId;
  }

  private record FoundJob(long createdBy, StoredJob job) {}
}
