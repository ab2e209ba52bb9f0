package org.stellwerk.runtime.highavailability.zookeeper;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/**
 * Nodes whose data is state, or names the file that holds it, see {@link StateFiles}; the file goes
 * when no node names it any more. Which that is may be known only after some repetitions: the
 * answer to a write may be lost. So files are noted before the write, and settled when it is known
 * what the node holds. Every write is fenced, see {@link FencedTransactions}. Blocking; writes of
 * one node are the caller's to order.
 */
final class StateNodes {

  private static final int MAX_ATTEMPTS = 5;

  private final FencedTransactions transactions;
  private final StateFiles files;

  /** By the node's path: the files that it may or may not name until its write is settled. */
  private final Map<String, Set<String>> unsettled = new ConcurrentHashMap<>();

  StateNodes(FencedTransactions transactions, StateFiles files) {
    this.transactions = transactions;
    this.files = files;
  }

  /** A node as it was when it was read. */
  record Node(String path, byte[] data, Stat stat) {}

  /** A write that is tried again when what it was made for has changed meanwhile. */
  @FunctionalInterface
  interface Write {
    void run() throws Exception;
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
    byte[] data = store(leaderSessionId, path, fileName, state);
    settling(path, data, () -> repeat(() -> replace(leaderSessionId, path, data)));
  }

  /** As {@link #put}; does not ask first whether it is there, as a new job's node is not. */
  void putNew(UUID leaderSessionId, String path, String fileName, byte[] state) throws Exception {
    byte[] data = store(leaderSessionId, path, fileName, state);
    settling(
        path,
        data,
        () -> {
          try {
            create(leaderSessionId, path, data);
          } catch (KeeperException.NodeExistsException e) {
            repeat(() -> replace(leaderSessionId, path, data));
          }
        });
  }

  /** The data for the node; its file, if it needs one, is noted. */
  byte[] store(UUID leaderSessionId, String path, String fileName, byte[] state)
      throws IOException {
    byte[] data = files.store(fileName, leaderSessionId, state);
    note(path, data);
    return data;
  }

  /** Runs a write after which the node has the data; null if it is gone then. */
  void settling(String path, byte @Nullable [] data, Write write) throws Exception {
    try {
      write.run();
      settle(path, data);
    } catch (NotLeaderException | KeeperException e) {
      if (!Transience.isTransient(e)) {
        settleByLooking(path, e);
      }
      throw e;
    }
  }

  private void replace(UUID leaderSessionId, String path, byte[] data) throws Exception {
    Optional<Node> known = read(path);
    if (known.isEmpty()) {
      create(leaderSessionId, path, data);
      return;
    }
    note(path, known.get().data());
    try {
      int version = known.get().stat().getVersion();
      transactions.commit(
          leaderSessionId, transactions.op().setData().withVersion(version).forPath(path, data));
    } catch (KeeperException.NoNodeException e) {
      throw new KeeperException.BadVersionException(path);
    }
  }

  private void create(UUID leaderSessionId, String path, byte[] data) throws Exception {
    transactions.commit(leaderSessionId, transactions.op().create().forPath(path, data));
  }

  /** Notes the file of what the node has now, or will have if a write gets through. */
  void note(String path, byte[] data) {
    StateFiles.fileOf(data)
        .ifPresent(
            file ->
                unsettled.computeIfAbsent(path, noted -> ConcurrentHashMap.newKeySet()).add(file));
  }

  /** The node has this data, or is gone: of the files that were noted it names no other. */
  private void settle(String path, byte @Nullable [] data) {
    Set<String> noted = unsettled.remove(path);
    if (noted != null) {
      Optional<String> kept = data == null ? Optional.empty() : StateFiles.fileOf(data);
      noted.stream().filter(file -> !kept.equals(Optional.of(file))).forEach(files::delete);
    }
  }

  /** The refused attempt may be the repetition of one that was applied, whose answer was lost. */
  private void settleByLooking(String path, Exception refusal) throws InterruptedException {
    if (!unsettled.containsKey(path)) {
      return;
    }
    try {
      // Another server than the one that applied it may not know it yet.
      transactions.client().sync().forPath(path);
      settle(path, read(path).map(Node::data).orElse(null));
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      refusal.addSuppressed(e);
    }
  }

  /** Runs a write until nobody else's comes between its reading and its writing. */
  static void repeat(Write write) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        write.run();
        return;
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
