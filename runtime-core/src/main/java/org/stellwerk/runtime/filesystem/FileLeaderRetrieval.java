package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.leaderelection.CallbackQueue;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;
import org.stellwerk.runtime.persistence.StorageDirectory;

/** Looks ten times a second who is published and lives, and tells what has changed. Thread-safe. */
final class FileLeaderRetrieval implements LeaderRetrievalService {

  private static final long LOOK_INTERVAL_MS = 100;

  private final Object monitor = new Object();
  private final LeaderFile leaderFile;
  private final ScheduledExecutorService watch;
  private final CallbackQueue callbacks;
  private @Nullable LeaderRetrievalListener listener;
  private @Nullable ScheduledFuture<?> looks;
  private Optional<LeaderInformation> told = Optional.empty();
  private boolean toldFirst;
  private boolean closed;

  FileLeaderRetrieval(LeaderFile leaderFile, ScheduledExecutorService watch, Executor io) {
    this.leaderFile = leaderFile;
    this.watch = watch;
    this.callbacks = new CallbackQueue(io);
  }

  @Override
  public void start(LeaderRetrievalListener newListener) {
    Objects.requireNonNull(newListener, "listener");
    synchronized (monitor) {
      if (closed || listener != null) {
        throw new IllegalStateException("This leader retrieval was already started or closed");
      }
      listener = newListener;
      try {
        looks =
            watch.scheduleWithFixedDelay(
                () -> look(newListener), 0, LOOK_INTERVAL_MS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        closed = true; // the services are closed, and with them whoever listens
      }
    }
  }

  private void look(LeaderRetrievalListener to) {
    Optional<LeaderInformation> now;
    try {
      now = leaderFile.read();
    } catch (IOException e) {
      close();
      callbacks.deliver(
          () -> to.handleError(StorageDirectory.failure(leaderFile.directory(), e)),
          to::handleError);
      return;
    }
    synchronized (monitor) {
      if (!closed && !(toldFirst && now.equals(told))) {
        toldFirst = true;
        told = now;
        callbacks.deliver(() -> notify(to, now), to::handleError);
      }
    }
  }

  private void notify(LeaderRetrievalListener to, Optional<LeaderInformation> leader) {
    if (!isClosed()) {
      to.notifyLeader(leader);
    }
  }

  private boolean isClosed() {
    synchronized (monitor) {
      return closed;
    }
  }

  private void close() {
    synchronized (monitor) {
      closed = true;
      if (looks != null) {
        looks.cancel(false);
      }
    }
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    close();
    return callbacks.flush();
  }
}
