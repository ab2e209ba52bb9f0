package org.stellwerk.rpc.akka;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.ScheduledExecutor;

/**
 * The lifeline to one peer: holds an idle connection to its port, and finds out what its end means.
 * A port that refuses connections means that the peer is gone. One that accepts them is asked who
 * lives there: another process means the same, the old one that only the connection was lost. No
 * answer means nothing: a paused process does not answer either.
 *
 * <p>A peer that has only connected to this process is asked when the connection is there for the
 * first time, too: who answers need not be looked for later. Thread-safe.
 */
final class PeerLifeline implements Lifelines.Holder {

  private static final Logger LOG = LoggerFactory.getLogger(PeerLifeline.class);

  /** Why a peer is gone at whose address another one answers. */
  static final String REPLACED = "another process has taken its address";

  /** Answers that the peer sent before its end are let in first. */
  private static final long GRACE_MS = 30;

  private static final int LOSSES_WITHOUT_DELAY = 2;
  private static final long FIRST_DELAY_MS = 20;
  private static final long LAST_DELAY_MS = 5000;
  private static final long LONG_HELD_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int MAX_QUESTIONS = 6;

  private final Peer peer;
  private final InetSocketAddress address;
  private final Surroundings surroundings;
  private @Nullable Runnable closer;
  private long establishedNanos;
  private int losses;
  private boolean asking;
  private boolean closed;

  /** What a lifeline needs of its service. */
  interface Surroundings {

    /** Begins to connect; the holder hears how it goes. Running the result ends the connection. */
    Runnable open(InetSocketAddress address, Lifelines.Holder holder);

    /** Asks who lives at the peer's address; fails if nobody answers in time. */
    CompletableFuture<Long> incarnationAt(Peer peer);

    void gone(Peer peer, String reason);

    ScheduledExecutor timers();
  }

  PeerLifeline(Peer peer, InetSocketAddress address, Surroundings surroundings) {
    this.peer = peer;
    this.address = address;
    this.surroundings = surroundings;
  }

  synchronized void connect() {
    if (!closed) {
      closer = surroundings.open(address, this);
    }
  }

  synchronized void close() {
    closed = true;
    if (closer != null) {
      closer.run();
    }
  }

  @Override
  public synchronized void established() {
    establishedNanos = System.nanoTime();
    if ((losses > 0 || !peer.isReached()) && !closed && !asking) {
      asking = true;
      ask(1);
    }
  }

  @Override
  public synchronized void refused() {
    if (!closed) {
      closed = true;
      surroundings
          .timers()
          .schedule(
              () -> surroundings.gone(peer, "its port refuses connections"),
              GRACE_MS,
              TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public synchronized void lost(String why) {
    if (closed) {
      return;
    }
    LOG.debug("The idle connection to {} is lost: {}.", peer.address(), why);
    if (establishedNanos != 0 && System.nanoTime() - establishedNanos > LONG_HELD_NANOS) {
      losses = 0;
    }
    establishedNanos = 0;
    losses++;
    if (losses <= LOSSES_WITHOUT_DELAY) {
      connect();
    } else {
      int doublings = Math.min(10, losses - LOSSES_WITHOUT_DELAY - 1);
      surroundings
          .timers()
          .schedule(
              this::connect,
              Math.min(LAST_DELAY_MS, FIRST_DELAY_MS << doublings),
              TimeUnit.MILLISECONDS);
    }
  }

  private void ask(int question) {
    surroundings
        .incarnationAt(peer)
        .whenComplete((incarnation, failure) -> answered(question, incarnation));
  }

  private void answered(int question, @Nullable Long incarnation) {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (incarnation == null && losses > 0 && question < MAX_QUESTIONS) {
        LOG.info(
            "The connection to {} was lost, it accepts a new one, but does not answer: it may be"
                + " paused.",
            peer.address());
        surroundings.timers().execute(() -> ask(question + 1));
        return;
      }
      asking = false;
      if (incarnation == null) {
        return;
      }
      if (incarnation == peer.incarnation()) {
        peer.reached();
        return;
      }
      closed = true;
    }
    surroundings.gone(peer, REPLACED);
  }
}
