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
 * answer; and if it does so while the question is still open, though this side reads what arrives,
 * the old connections are ended, at both sides, and the peer is asked over the new ones.
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

  /** How long after somebody has answered the knock this side's own reading is put to the test. */
  static final Duration LEFT = Duration.ofMillis(400);

  /** How long the question may still be open after that: an answer that has arrived is read. */
  static final Duration READ = Duration.ofMillis(300);

  /** How long the new connections may take. */
  static final Duration RENEWAL = Duration.ofMillis(1500);

  /** Everything together. */
  static final Duration ALTOGETHER = QUESTION.plus(KNOCK).plus(LEFT).plus(READ).plus(RENEWAL);

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

    /**
     * Whether whoever lives at the peer's address answers on a fresh connection; in time. Cancelled
     * when nobody wants to know any more.
     */
    CompletableFuture<Boolean> knock(Peer peer, Duration timeout);

    /** Completes when this side has read what came before, where answers arrive. */
    CompletableFuture<Void> echo();

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
    return run(false);
  }

  /**
   * Whether the peer answers from now on. A check that is under way may have begun in a partition
   * that is over now: if it ends without an answer, another one decides. That one makes connections
   * anew even if this has not helped just before.
   *
   * @return after twice {@link #ALTOGETHER} at the latest
   */
  CompletableFuture<Boolean> verdict() {
    CompletableFuture<Boolean> earlier;
    synchronized (this) {
      earlier = running;
    }
    return earlier == null
        ? run(true)
        : earlier.thenCompose(
            answers -> answers ? CompletableFuture.completedFuture(true) : run(true));
  }

  private CompletableFuture<Boolean> run(boolean decides) {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    CompletableFuture<Boolean> outcome;
    synchronized (this) {
      if (running != null) {
        return running;
      }
      outcome = result.thenApply(this::ended);
      running = outcome;
    }
    after(ALTOGETHER, result, late -> late.complete(false));
    after(QUESTION, result, open -> knock(open, decides));
    try {
      ask(result, surroundings.incarnationAt(peer, ALTOGETHER));
    } catch (RuntimeException e) {
      LOG.error("The process at {} could not be asked whether it answers.", peer.address(), e);
      result.complete(false);
    }
    return outcome;
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

  private synchronized boolean ended(boolean answers) {
    running = null;
    hasAnswered = answers;
    lastAnswerNanos = nowNanos.getAsLong();
    if (answers) {
      pauseMs = 0;
    }
    return answers;
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

  private void knock(CompletableFuture<Boolean> result, boolean decides) {
    CompletableFuture<Boolean> knock = surroundings.knock(peer, KNOCK);
    result.thenRun(() -> knock.cancel(false));
    knock.whenComplete(
        (answered, failure) -> {
          if (answered != null && answered) {
            after(LEFT, result, open -> echo(open, decides));
          } else {
            result.complete(false);
          }
        });
  }

  /** If it is this side that stands still, the answer may lie here unread. */
  private void echo(CompletableFuture<Boolean> result, boolean decides) {
    surroundings.echo().thenRun(() -> after(READ, result, open -> renew(open, decides)));
  }

  private void renew(CompletableFuture<Boolean> result, boolean decides) {
    if (!mayRenew(decides)) {
      result.complete(false);
      return;
    }
    LOG.info(
        "The process at {} answers, but not on the connections to it: they are made anew.",
        peer.address());
    ask(result, surroundings.renew(peer, RENEWAL));
  }

  /** What did not help is not done again at once, unless the peer is given up otherwise. */
  private synchronized boolean mayRenew(boolean decides) {
    long now = nowNanos.getAsLong();
    boolean pausing =
        pauseMs > 0 && now - lastRenewalNanos < TimeUnit.MILLISECONDS.toNanos(pauseMs);
    if (pausing && !decides) {
      return false;
    }
    lastRenewalNanos = now;
    pauseMs = Math.min(LAST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, 2 * pauseMs));
    return true;
  }
}
