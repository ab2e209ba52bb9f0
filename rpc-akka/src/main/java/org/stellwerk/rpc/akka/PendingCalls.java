package org.stellwerk.rpc.akka;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All calls of one service that wait for an answer, by number. A sweep ends the overdue ones: one
 * timer for all instead of one per call. Thread-safe.
 *
 * <p>The caller's stack is captured for the message of a timeout, but not more often than {@link
 * #CAPTURES_PER_SWEEP} per sweep: capturing costs as much as a local call, and in a flood a sample
 * of stacks serves as well.
 */
final class PendingCalls {

  /** How often the sweep runs. */
  static final long SWEEP_MS = 20;

  private static final int CAPTURES_PER_SWEEP = 500;

  private final Map<Long, PendingCall> calls = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();
  private final AtomicInteger captures = new AtomicInteger();
  private final boolean captureStacks;
  private volatile @Nullable Supplier<Throwable> closed;

  PendingCalls(boolean captureStacks) {
    this.captureStacks = captureStacks;
  }

  /** A new call in the table, or one that has already failed if the service is closed. */
  PendingCall open(PendingCall.Target target, Duration timeout) {
    PendingCall call = new PendingCall(this, lastId.incrementAndGet(), target, timeout);
    calls.put(call.id(), call);
    Supplier<Throwable> failure = closed;
    if (failure != null) {
      call.fail(failure.get());
    }
    return call;
  }

  @Nullable PendingCall remove(long id) {
    return calls.remove(id);
  }

  @Nullable Throwable captureCaller() {
    if (!captureStacks
        || captures.get() >= CAPTURES_PER_SWEEP
        || captures.incrementAndGet() > CAPTURES_PER_SWEEP) {
      return null;
    }
    return new Throwable("caller");
  }

  /** Ends what is overdue and forgets what its caller has ended. */
  void sweep() {
    captures.set(0);
    if (calls.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    calls.values().removeIf(PendingCall::isDone);
    for (PendingCall call : calls.values()) {
      if (call.isOverdue(now)) {
        call.timeOut();
      }
    }
  }

  /** The processes that leave calls unanswered for this long. */
  Set<Peer> waitedFor(Duration waiting) {
    long now = System.nanoTime();
    Set<Peer> peers = new LinkedHashSet<>();
    for (PendingCall call : calls.values()) {
      Peer peer = call.target().peer();
      if (peer != null && call.hasWaited(now, waiting) && !call.isDone()) {
        peers.add(peer);
      }
    }
    return peers;
  }

  /** Fails every call that matches. */
  void failAll(Predicate<PendingCall> which, Supplier<Throwable> failure) {
    for (PendingCall call : calls.values()) {
      if (which.test(call)) {
        call.fail(failure.get());
      }
    }
  }

  /** Fails everything, now and later. */
  void close(Supplier<Throwable> failure) {
    closed = failure;
    failAll(call -> true, failure);
  }
}
