package org.stellwerk.runtime.highavailability.zookeeper;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.TransactionOp;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.OpResult;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/**
 * The only way in which this module writes: each write goes into one transaction with a check that
 * the writing session's latch node exists. The server ends that node with the session that made it,
 * before it lets another lead, so a leader that was deposed without knowing it can change nothing.
 * Blocking calls; {@link #async} takes them to the executor.
 */
final class FencedTransactions {

  private final CuratorFramework client;
  private final LatchFence fence;
  private final Executor io;

  FencedTransactions(CuratorFramework client, LatchFence fence, Executor io) {
    this.client = client;
    this.fence = fence;
    this.io = io;
  }

  CuratorFramework client() {
    return client;
  }

  TransactionOp op() {
    return client.transactionOp();
  }

  /**
   * Commits the writes, all or none.
   *
   * @throws NotLeaderException if the session does not lead (any more); nothing was written
   * @throws KeeperException if a write's own condition does not hold; nothing was written
   */
  void commit(UUID leaderSessionId, CuratorOp... writes) throws Exception {
    String latchNode =
        fence
            .latchNodeOf(leaderSessionId)
            .orElseThrow(() -> new NotLeaderException(refusal(leaderSessionId)));
    List<CuratorOp> operations = new ArrayList<>();
    operations.add(op().check().forPath(latchNode));
    operations.addAll(List.of(writes));
    try {
      client.transaction().forOperations(operations);
    } catch (KeeperException e) {
      if (isLatchNodeGone(e)) {
        fence.onLatchNodeGone(leaderSessionId);
        throw new NotLeaderException(refusal(leaderSessionId), e);
      }
      throw e;
    }
  }

  /** Runs a blocking call on the executor; every failure becomes one line for people. */
  <T> CompletableFuture<T> async(String what, Callable<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      io.execute(() -> complete(result, what, call));
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(
          new StoreUnavailableException("Cannot " + what + ": the process ends", e));
    }
    return result;
  }

  private <T> void complete(CompletableFuture<T> result, String what, Callable<T> call) {
    try {
      result.complete(call.call());
    } catch (KeeperException e) {
      result.completeExceptionally(Transience.failure(what, client.getNamespace(), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      result.completeExceptionally(
          new StoreUnavailableException("Cannot " + what + ": interrupted", e));
    } catch (Exception e) {
      result.completeExceptionally(e);
    }
  }

  private static boolean isLatchNodeGone(KeeperException e) {
    List<OpResult> results = e.getResults();
    return results != null
        && !results.isEmpty()
        && results.get(0) instanceof OpResult.ErrorResult first
        && first.getErr() == KeeperException.Code.NONODE.intValue();
  }

  private static String refusal(UUID leaderSessionId) {
    return "Session " + leaderSessionId + " does not lead; the write was refused";
  }
}
