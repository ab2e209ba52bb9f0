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
  private final SimRandom random;
  private final Set<Ask> open = new LinkedHashSet<>();

  SimAsks(SimNetwork network, SimNode node) {
    this.network = network;
    this.node = node;
    this.random = node.random().fork("asks");
  }

  /**
   * A call that waits for its answer.
   *
   * @param what for messages to people
   * @param target where it went
   */
  Ask open(String what, SimMailbox target, Duration timeout) {
    Ask ask = new Ask(what, target, timeout);
    open.add(ask);
    return ask;
  }

  /** Fails the calls to a dead process, once the news is here. */
  void failAllTo(SimNode peer, String why) {
    failAll(peer.toString(), ask -> ask.target.node() == peer, why);
  }

  /** Fails all calls: the service that made them ends. */
  void failAll(String why) {
    failAll("all", ask -> true, why);
  }

  /** Fails the calls to the node of this name, once the news is here. */
  void failAllTo(String peer, String why) {
    failAll(peer, ask -> ask.target.node().name().equals(peer), why);
  }

  private void failAll(String peer, Predicate<Ask> affected, String why) {
    List<Ask> lost = open.stream().filter(affected).toList();
    if (lost.isEmpty()) {
      return;
    }
    Runnable news = () -> lost.forEach(ask -> ask.fail(ask.unreachable(why)));
    network
        .scheduler()
        .schedule(
            new SimEvent(Kind.NETWORK, node, "lost peer " + peer, news).in(this),
            network.config().latencies().network().nextNanos(random),
            null);
  }

  /** One open call. */
  final class Ask {

    private final CompletableFuture<@Nullable Object> future = new CompletableFuture<>();
    private final String what;
    private final SimMailbox target;
    private final Duration timeout;
    private final SimEvent timer;
    private final @Nullable Throwable callStack;

    private Ask(String what, SimMailbox target, Duration timeout) {
      this.what = what;
      this.target = target;
      this.timeout = timeout;
      this.callStack = network.config().captureCallStack() ? new Throwable() : null;
      this.timer =
          network
              .scheduler()
              .schedule(
                  new SimEvent(Kind.TIMER, node, "ask timeout", this::timeOut).in(SimAsks.this),
                  node.clock().toWorldNanos(nanos(timeout)),
                  null);
    }

    private static long nanos(Duration timeout) {
      long limit = Long.MAX_VALUE / 4;
      return timeout.toSeconds() > limit / 1_000_000_000L ? limit : timeout.toNanos();
    }

    CompletableFuture<@Nullable Object> future() {
      return future;
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

    private void timeOut() {
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
      timer.cancel();
      return open.remove(this);
    }
  }
}
