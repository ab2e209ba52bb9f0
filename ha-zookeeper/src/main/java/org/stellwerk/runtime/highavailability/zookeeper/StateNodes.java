package org.stellwerk.runtime.highavailability.zookeeper;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/**
 * Nodes whose data is state, or names the file that holds it, see {@link StateFiles}; the file goes
 * when no node names it any more. Every write is fenced, see {@link FencedTransactions}. Blocking.
 */
final class StateNodes {

  private static final int MAX_ATTEMPTS = 5;

  private final FencedTransactions transactions;
  private final StateFiles files;

  StateNodes(FencedTransactions transactions, StateFiles files) {
    this.transactions = transactions;
    this.files = files;
  }

  /** A node as it was when it was read. */
  record Node(String path, byte[] data, Stat stat) {}

  /** A write that is tried again when what it was made for has changed meanwhile. */
  @FunctionalInterface
  interface Attempt<T> {
    T run() throws Exception;
  }

  Optional<Node> read(String path) throws Exception {
    Stat stat = new Stat();
    try {
      return Optional.of(
          new Node(path, transactions.client().getData().storingStatIn(stat).forPath(path), stat));
    } catch (KeeperException.NoNodeException e) {
      return Optional.empty();
    }
  }

  byte[] load(Node node) throws IOException {
    return files.load(node.data());
  }

  /**
   * Creates the node, or replaces what is in it.
   *
   * @param fileName begins the name of the file, if it needs one
   * @throws KeeperException.NoNodeException if there is no node above it; nothing was written
   */
  void put(UUID leaderSessionId, String path, String fileName, byte[] state) throws Exception {
    byte[] data = files.store(fileName, state);
    put(path, data, () -> repeat(() -> replace(leaderSessionId, path, data)));
  }

  /** As {@link #put}; does not ask first whether it is there, as a new job's node is not. */
  void putNew(UUID leaderSessionId, String path, String fileName, byte[] state) throws Exception {
    byte[] data = files.store(fileName, state);
    put(
        path,
        data,
        () -> {
          try {
            return create(leaderSessionId, path, data);
          } catch (KeeperException.NodeExistsException e) {
            return repeat(() -> replace(leaderSessionId, path, data));
          }
        });
  }

  private void put(String path, byte[] data, Attempt<Optional<Node>> write) throws Exception {
    try {
      Optional<Node> replaced = write.run();
      // After a lost answer it may be this very attempt's own data that is there already.
      replaced.filter(old -> !Arrays.equals(old.data(), data)).ifPresent(this::discard);
    } catch (NotLeaderException | KeeperException.NoNodeException e) {
      discardUnlessStored(path, data);
      throw e;
    }
  }

  private Optional<Node> replace(UUID leaderSessionId, String path, byte[] data) throws Exception {
    Optional<Node> known = read(path);
    if (known.isEmpty()) {
      return create(leaderSessionId, path, data);
    }
    try {
      int version = known.get().stat().getVersion();
      transactions.commit(
          leaderSessionId, transactions.op().setData().withVersion(version).forPath(path, data));
      return known;
    } catch (KeeperException.NoNodeException e) {
      throw new KeeperException.BadVersionException(path);
    }
  }

  private Optional<Node> create(UUID leaderSessionId, String path, byte[] data) throws Exception {
    transactions.commit(leaderSessionId, transactions.op().create().forPath(path, data));
    return Optional.empty();
  }

  /** The refused attempt may be the repetition of one that was applied, whose answer was lost. */
  private void discardUnlessStored(String path, byte[] data) throws Exception {
    Optional<Node> stored = read(path);
    if (stored.isEmpty() || !Arrays.equals(stored.get().data(), data)) {
      files.discard(data);
    }
  }

  /** Removes the file of a node that is gone, or has other data now. */
  void discard(Node node) {
    files.discard(node.data());
  }

  /** Runs a write until nobody else's comes between its reading and its writing. */
  static <T> T repeat(Attempt<T> write) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        return write.run();
      } catch (KeeperException.NodeExistsException
          | KeeperException.BadVersionException
          | KeeperException.NotEmptyException e) {
        if (attempt >= MAX_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Removes the node with all below it, and all files, whoever leads. */
  void clear(String root) throws Exception {
    Nodes.deleteTree(transactions.client(), root);
    files.discardAll();
  }
}
