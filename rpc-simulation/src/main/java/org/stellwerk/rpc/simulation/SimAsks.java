package org.stellwerk.rpc.simulation;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.simulation.SimEvent.Kind;

/** The open calls of one node: each ends once, by its answer, its timeout or a lost peer. */
final class SimAsks {

  private final SimNetwork network;
  private final SimNode node;
  private final Set<Ask> open = new LinkedHashSet<>();

  SimAsks(SimNetwork network, SimNode node) {
    this.network = network;
    this.node = node;
  }

  /**
   * A call that waits for its answer.
   *
   * @param what for messages to people
   * @param target where it went
   * @param peer the process where that is; null for this one
   */
  Ask open(String what, SimMailbox target, @Nullable SimPeer peer, Duration timeout) {
    Ask ask = new Ask(what, target, peer, timeout);
    open.add(ask);
    return ask;
  }

  /** Fails the calls to a process that is gone. */
  void failAllTo(SimPeer peer, String why) {
    failAll(ask -> ask.peer == peer, why);
  }

  /** Fails the calls to the node of this name. */
  void failAllTo(String name, String why) {
    failAll(ask -> ask.isTo(name), why);
  }

  /** Fails all calls: the service that made them ends. */
  void failAll(String why) {
    failAll(ask -> true, why);
  }

  private void failAll(Predicate<Ask> affected, String why) {
    List<Ask> lost = open.stream().filter(affected).toList();
    lost.forEach(ask -> ask.fail(ask.unreachable(why)));
  }

  /** Whether a call to the node of this name is open. */
  boolean hasAnyTo(String name) {
    return open.stream().anyMatch(ask -> ask.isTo(name));
  }

  /** One open call. Its timer belongs to the caller's node and counts its time. */
  final class Ask extends SimEvent {

    private final CompletableFuture<@Nullable Object> future = new SimFuture<>(network.scheduler());
    private final String what;
    private final SimMailbox target;
    private final @Nullable SimPeer peer;
    private final Duration timeout;
    private final @Nullable Throwable callStack;

    private Ask(String what, SimMailbox target, @Nullable SimPeer peer, Duration timeout) {
      super(Kind.TIMER, SimAsks.this.node);
      this.what = what;
      this.target = target;
      this.peer = peer;
      this.timeout = timeout;
      this.callStack = network.config().captureCallStack() ? new Throwable() : null;
      long worldNanos = SimAsks.this.node.clock().toWorldNanos(nanos(timeout));
      network.scheduler().schedule(this, worldNanos, null);
    }

    private static long nanos(Duration timeout) {
      long limit = Long.MAX_VALUE / 4;
      return timeout.toSeconds() > limit / 1_000_000_000L ? limit : timeout.toNanos();
    }

    CompletableFuture<@Nullable Object> future() {
      return future;
    }

    private boolean isTo(String name) {
      return peer != null && peer.node().name().equals(name);
    }

    void succeed(@Nullable Object value) {
      if (end()) {
        future.complete(value);
      }
    }

    void fail(Throwable failure) {
      if (end()) {
        future.completeExceptionally(failure);
      }
    }

    RecipientUnreachableException unreachable(String why) {
      return new RecipientUnreachableException(
          what + " could not reach " + target.getAddress() + ": " + why + ".");
    }

    /** Times out. */
    @Override
    void happen() {
      TimeoutException failure =
          new TimeoutException(
              what
                  + " to "
                  + target.getAddress()
                  + " was not answered within "
                  + timeout.toMillis()
                  + " ms; whether it was executed is unknown.");
      if (callStack != null) {
        failure.setStackTrace(callStack.getStackTrace());
      }
      fail(failure);
    }

    private boolean end() {
      cancel();
      return open.remove(this);
    }

    @Override
    public String label() {
      return "ask timeout " + what;
    }

    @Override
    int labelHash() {
      return what.hashCode();
    }

    @Override
    Object context() {
      return SimAsks.this;
    }
  }
}
