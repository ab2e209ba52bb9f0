package org.stellwerk.runtime.highavailability.zookeeper;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.runtime.persistence.JobGraphSerializer;

/**
 * Job graphs, one node each, in the order of the nodes' creation. Every write is fenced, see {@link
 * FencedTransactions}. Thread-safe; writes of one job are the caller's to order.
 */
final class ZooKeeperJobStore implements JobStore {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperJobStore.class);
  private static final String ROOT = "/jobs";
  private static final int MAX_ATTEMPTS = 5;

  private final FencedTransactions transactions;
  private final StateFiles files;

  ZooKeeperJobStore(FencedTransactions transactions, StateFiles files) {
    this.transactions = transactions;
    this.files = files;
  }

  @Override
  public CompletableFuture<Void> putJob(UUID leaderSessionId, JobGraph jobGraph) {
    JobID jobId = jobGraph.jobId();
    return transactions.async(
        "store job " + jobId,
        () -> {
          byte[] data = files.store(jobId.toString(), JobGraphSerializer.toBytes(jobGraph));
          try {
            Optional<byte[]> replaced = put(leaderSessionId, path(jobId), data);
            // After a lost answer it may be this very attempt's own data that is there already.
            replaced.filter(old -> !Arrays.equals(old, data)).ifPresent(files::discard);
          } catch (NotLeaderException e) {
            discardUnlessStored(path(jobId), data);
            throw e;
          }
          return null;
        });
  }

  /** The refused attempt may be the repetition of one that was applied, whose answer was lost. */
  private void discardUnlessStored(String path, byte[] data) throws Exception {
    Optional<Node> stored = read(path);
    if (stored.isEmpty() || !Arrays.equals(stored.get().data(), data)) {
      files.discard(data);
    }
  }

  private Optional<byte[]> put(UUID leaderSessionId, String path, byte[] data) throws Exception {
    for (int attempt = 1; ; attempt++) {
      Optional<Node> known = read(path);
      try {
        if (known.isPresent()) {
          transactions.commit(
              leaderSessionId,
              transactions
                  .op()
                  .setData()
                  .withVersion(known.get().stat().getVersion())
                  .forPath(path, data));
        } else {
          transactions.commit(leaderSessionId, transactions.op().create().forPath(path, data));
        }
        return known.map(Node::data);
      } catch (KeeperException.NoNodeException e) {
        Nodes.ensure(transactions.client(), ROOT);
        throwIfLast(attempt, e);
      } catch (KeeperException.NodeExistsException | KeeperException.BadVersionException e) {
        throwIfLast(attempt, e);
      }
    }
  }

  @Override
  public CompletableFuture<Void> removeJob(UUID leaderSessionId, JobID jobId) {
    return transactions.async(
        "remove job " + jobId,
        () -> {
          Optional<Node> known = read(path(jobId));
          try {
            if (known.isPresent()) {
              transactions.commit(leaderSessionId, transactions.op().delete().forPath(path(jobId)));
            } else {
              transactions.commit(leaderSessionId);
            }
          } catch (KeeperException.NoNodeException e) {
            LOG.debug("Job {} was removed already", jobId);
          }
          known.map(Node::data).ifPresent(files::discard);
          return null;
        });
  }

  @Override
  public CompletableFuture<List<JobGraph>> recoverJobs() {
    return transactions.async(
        "read the stored jobs",
        () -> {
          List<Node> nodes = new ArrayList<>();
          for (String name : Nodes.children(transactions.client(), ROOT)) {
            read(ROOT + "/" + name).ifPresent(nodes::add);
          }
          nodes.sort(Comparator.comparingLong(node -> node.stat().getCzxid()));
          List<JobGraph> jobs = new ArrayList<>();
          for (Node node : nodes) {
            jobs.add(decode(node));
          }
          return jobs;
        });
  }

  /** Removes all jobs, whoever leads. */
  void clear() throws Exception {
    Nodes.deleteTree(transactions.client(), ROOT);
    files.discardAll();
  }

  private JobGraph decode(Node node) throws IOException {
    try {
      return JobGraphSerializer.fromBytes(files.load(node.data()));
    } catch (IllegalArgumentException | IOException e) {
      throw new IOException(
          "Job "
              + node.path().substring(ROOT.length() + 1)
              + ", stored in ZooKeeper node /"
              + transactions.client().getNamespace()
              + node.path()
              + ", cannot be read: "
              + e.getMessage()
              + ". Repair that, or delete the node to give the job up; then start the JobManager"
              + " again",
          e);
    }
  }

  private Optional<Node> read(String path) throws Exception {
    CuratorFramework client = transactions.client();
    Stat stat = new Stat();
    try {
      return Optional.of(new Node(path, client.getData().storingStatIn(stat).forPath(path), stat));
    } catch (KeeperException.NoNodeException e) {
      return Optional.empty();
    }
  }

  private static void throwIfLast(int attempt, KeeperException e) throws KeeperException {
    if (attempt >= MAX_ATTEMPTS) {
      throw e;
    }
  }

  private static String path(JobID jobId) {
    return ROOT + "/" + jobId;
  }

  private record Node(String path, byte[] data, Stat stat) {}
}
