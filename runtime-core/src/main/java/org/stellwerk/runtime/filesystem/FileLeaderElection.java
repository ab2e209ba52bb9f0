package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.leaderelection.CallbackQueue;
import org.stellwerk.runtime.leaderelection.LeaderContender;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.runtime.persistence.StorageDirectory;
import org.stellwerk.util.IdGenerator;

/**
 * A candidacy for the lock on a file. A thread of its own waits for the lock in the system, so that
 * a standby leads at once when the leader's process ends. Leadership is lost only if somebody takes
 * the lock file away, which is looked at twice a second and before each write. As often it looks
 * whether what it confirmed is still what the file says, and else publishes it again.
 *
 * <p>It is the fence of the stores too: a write runs while the lock is held and excludes a change.
 * Since nobody can take the lock from a process that is frozen, there is no deposed leader that
 * writes. Thread-safe.
 */
final class FileLeaderElection implements LeaderElection {

  private static final Logger LOG = LoggerFactory.getLogger(FileLeaderElection.class);
  private static final long CHECK_INTERVAL_MS = 500;

  private final Object monitor = new Object();
  private final LeaderLock lock;
  private final LeaderFile leaderFile;
  private final IdGenerator ids;
  private final Executor io;
  private final CallbackQueue callbacks;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private @Nullable LeaderContender contender;
  private @Nullable Thread thread;
  private @Nullable UUID session;
  private @Nullable LeaderInformation confirmed;
  private boolean closed;

  FileLeaderElection(LeaderLock lock, LeaderFile leaderFile, IdGenerator ids, Executor io) {
    this.lock = lock;
    this.leaderFile = leaderFile;
    this.ids = ids;
    this.io = io;
    this.callbacks = new CallbackQueue(io);
  }

  @Override
  public void startLeaderElection(LeaderContender newContender) {
    Objects.requireNonNull(newContender, "contender");
    synchronized (monitor) {
      if (closed || contender != null) {
        throw new IllegalStateException("This leader election was already started or closed");
      }
      contender = newContender;
      Thread started = new Thread(() -> contend(newContender), "leader-lock");
      started.setDaemon(true);
      thread = started;
      started.start();
    }
  }

  private void contend(LeaderContender candidate) {
    try {
      while (!isClosed()) {
        LOG.info("Waiting for the leader lock {}.", lock);
        lock.acquire();
        try {
          lead(candidate);
        } finally {
          lock.release();
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("No longer waiting for the leader lock {}", lock);
    } catch (IOException e) {
      if (!isClosed()) {
        callbacks.deliver(() -> candidate.handleError(failure(e)), candidate::handleError);
      }
    } finally {
      FutureUtils.forward(callbacks.flush(), ended);
    }
  }

  /** Leads until the lock is lost or the election closed. */
  private void lead(LeaderContender leader) throws IOException {
    leaderFile.clear();
    UUID granted = ids.nextUuid();
    synchronized (monitor) {
      session = granted;
      LOG.info("Leading in session {}: {} is locked.", granted, lock);
      callbacks.deliver(() -> leader.grantLeadership(granted), leader::handleError);
      try {
        while (!closed && lock.isHeld()) {
          monitor.wait(CHECK_INTERVAL_MS);
          correct();
        }
      } catch (InterruptedException e) {
        LOG.debug("Session {} ends with its election", granted);
      } finally {
        LOG.info(
            "Session {} is over: {}.",
            granted,
            closed ? "this process ends" : "the lock file " + lock + " was taken away");
        session = null;
        confirmed = null;
        callbacks.deliver(leader::revokeLeadership, leader::handleError);
      }
    }
    leaderFile.remove(granted);
  }

  /** Under the monitor: no write of this process comes between. */
  private void correct() {
    LeaderInformation expected = confirmed;
    if (closed || expected == null || !lock.isHeld()) {
      return;
    }
    try {
      Optional<LeaderInformation> found = leaderFile.read();
      if (!found.equals(Optional.of(expected))) {
        LOG.info("Publishing session {} again; found {}", expected.sessionId(), found);
        leaderFile.publish(expected);
      }
    } catch (IOException e) {
      LOG.warn("Session {} is not published now: {}", expected.sessionId(), e.toString());
    }
  }

  private boolean isClosed() {
    synchronized (monitor) {
      return closed;
    }
  }

  @Override
  public CompletableFuture<Void> confirmLeadership(LeaderInformation leaderInformation) {
    return async(
        () -> {
          try {
            return whileLeading(
                leaderInformation.sessionId(),
                () -> {
                  confirmed = leaderInformation;
                  leaderFile.publish(leaderInformation);
                  return null;
                });
          } catch (NotLeaderException e) {
            LOG.debug("Not published: {}", e.getMessage());
            return null;
          }
        });
  }

  @Override
  public boolean hasLeadership(UUID leaderSessionId) {
    synchronized (monitor) {
      return leaderSessionId.equals(session) && lock.isHeld();
    }
  }

  /**
   * Runs a write while the session leads.
   *
   * @throws NotLeaderException if it does not; the write did not run then
   */
  private <T extends @Nullable Object> T whileLeading(UUID leaderSessionId, Callable<T> write)
      throws Exception {
    synchronized (monitor) {
      if (!hasLeadership(leaderSessionId)) {
        monitor.notifyAll();
        throw new NotLeaderException(
            "Session " + leaderSessionId + " does not lead; the write was refused");
      }
      return write.call();
    }
  }

  /** Runs a fenced write on the executor. */
  CompletableFuture<Void> write(UUID leaderSessionId, Callable<@Nullable Void> write) {
    return async(() -> whileLeading(leaderSessionId, write));
  }

  /** Runs something that blocks on the executor; its I/O failures are told apart for people. */
  <T extends @Nullable Object> CompletableFuture<T> async(Callable<T> action) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return action.call();
          } catch (UnreadableFileException | NotLeaderException | RuntimeException e) {
            throw new CompletionException(e);
          } catch (IOException e) {
            throw new CompletionException(failure(e));
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        io);
  }

  private IOException failure(IOException cause) {
    return StorageDirectory.failure(lock.directory(), cause);
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    synchronized (monitor) {
      if (!closed) {
        closed = true;
        monitor.notifyAll();
        if (thread != null) {
          thread.interrupt();
        } else {
          FutureUtils.forward(callbacks.flush(), ended);
        }
      }
    }
    return ended;
  }
}
