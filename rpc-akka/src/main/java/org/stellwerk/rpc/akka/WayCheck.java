package org.stellwerk.rpc.akka;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ScheduledExecutor;

/**
 * Finds out whether a peer answers, and mends the connections to it if they are all that is wrong.
 * After a partition TCP waits with its next attempt for as long as the partition has lasted, and
 * meanwhile nothing gets through on the connections of before. Here the peer is asked over them
 * first. If no answer comes, it is asked on a fresh connection, which only a process that runs can
 * answer; and if it does so while the question is still open, the old connections are ended, at
 * both sides, and the peer is asked over the new ones.
 *
 * <p>A paused process, a lost host and a partition that lasts answer on no connection, and nothing
 * is changed. Thread-safe; one check of a peer at a time.
 */
final class WayCheck {

  private static final Logger LOG = LoggerFactory.getLogger(WayCheck.class);

  /** An answer over a connection that works comes sooner, on all but overloaded machines. */
  static final Duration QUESTION = Duration.ofMillis(300);

  /** How long a fresh connection may take. */
  static final Duration KNOCK = Duration.ofSeconds(1);

  /** How long the question may still be open after somebody has answered the knock. */
  static final Duration LEFT = Duration.ofMillis(700);

  /** How long the new connections may take. */
  static final Duration RENEWAL = Duration.ofMillis(1500);

  /** Everything together. */
  static final Duration ALTOGETHER = QUESTION.plus(KNOCK).plus(LEFT).plus(RENEWAL);

  /** Who has answered need not be asked again so soon only because a call takes long. */
  private static final long ANSWERED_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long FIRST_PAUSE_MS = 3_000;
  private static final long LAST_PAUSE_MS = 60_000;

  private final Peer peer;
  private final Surroundings surroundings;
  private final LongSupplier nowNanos;
  private @Nullable CompletableFuture<Boolean> running;
  private boolean hasAnswered;
  private long lastAnswerNanos;
  private long lastRenewalNanos;
  private long pauseMs;

  /** What a check needs of its service. */
  interface Surroundings {

    /** Asks over the present connections who lives at the peer's address. */
    CompletableFuture<Long> incarnationAt(Peer peer, Duration timeout);

    /** Whether whoever lives at the peer's address answers on a fresh connection; in time. */
    CompletableFuture<Boolean> knock(Peer peer, Duration timeout);

    /** Ends the connections to the peer, has it end its own to here, and asks who it is. */
    CompletableFuture<Long> renew(Peer peer, Duration timeout);

    /** Another process lives at the peer's address. */
    void replaced(Peer peer);

    ScheduledExecutor timers();
  }

  WayCheck(Peer peer, Surroundings surroundings, LongSupplier nowNanos) {
    this.peer = peer;
    this.surroundings = surroundings;
    this.nowNanos = nowNanos;
  }

  /**
   * Begins to check, unless a check is under way.
   *
   * @return whether the peer has answered, after {@link #ALTOGETHER} at the latest
   */
  CompletableFuture<Boolean> run() {
    CompletableFuture<Boolean> result;
    synchronized (this) {
      if (running != null) {
        return running;
      }
      result = new CompletableFuture<>();
      running = result;
    }
    result.thenAccept(this::ended);
    ask(result, surroundings.incarnationAt(peer, ALTOGETHER));
    after(QUESTION, result, this::knock);
    after(ALTOGETHER, result, late -> late.complete(false));
    return result;
  }

  /** Calls to the peer wait for their answers: checks it, unless it has answered just now. */
  void runIfDue() {
    synchronized (this) {
      if (hasAnswered && nowNanos.getAsLong() - lastAnswerNanos < ANSWERED_NANOS) {
        return;
      }
    }
    run();
  }

  private synchronized void ended(boolean answers) {
    running = null;
    hasAnswered = answers;
    lastAnswerNanos = nowNanos.getAsLong();
  }

  private void ask(CompletableFuture<Boolean> result, CompletableFuture<Long> question) {
    question.whenComplete(
        (incarnation, failure) -> {
          if (incarnation == null) {
            return; // the check has an end of its own
          }
          boolean same = incarnation == peer.incarnation();
          if (!same) {
            surroundings.replaced(peer);
          }
          result.complete(same);
        });
  }

  private void after(
      Duration delay,
      CompletableFuture<Boolean> result,
      Consumer<CompletableFuture<Boolean>> next) {
    surroundings
        .timers()
        .schedule(
            () -> {
              if (!result.isDone()) {
                next.accept(result);
              }
            },
            delay.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void knock(CompletableFuture<Boolean> result) {
    surroundings
        .knock(peer, KNOCK)
        .whenComplete(
            (answered, failure) -> {
              if (answered != null && answered) {
                after(LEFT, result, this::renew);
              } else {
                result.complete(false);
              }
            });
  }

  private void renew(CompletableFuture<Boolean> result) {
    if (!mayRenew()) {
      result.complete(false);
      return;
    }
    LOG.info(
        "The process at {} answers, but not on the connections to it: they are made anew.",
        peer.address());
    ask(result, surroundings.renew(peer, RENEWAL));
    result.thenAccept(this::renewed);
  }

  /** What did not help is not done again at once. */
  private synchronized boolean mayRenew() {
    long now = nowNanos.getAsLong();
    if (pauseMs > 0 && now - lastRenewalNanos < TimeUnit.MILLISECONDS.toNanos(pauseMs)) {
      return false;
    }
    lastRenewalNanos = now;
    pauseMs = Math.min(LAST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, 2 * pauseMs));
    return true;
  }

  private synchronized void renewed(boolean helped) {
    if (helped) {
      pauseMs = FIRST_PAUSE_MS;
    }
  }
}
