package org.stellwerk.runtime.embedded;

import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.leaderelection.CallbackQueue;
import org.stellwerk.runtime.leaderelection.LeaderContender;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/** The candidacy of the only one: granted when it starts, over when it closes. Thread-safe. */
final class StandaloneLeaderElection implements LeaderElection, SessionFence {

  private final Object lock = new Object();
  private final UUID session;
  private final CallbackQueue callbacks;
  private @Nullable LeaderContender contender;
  private boolean closed;

  StandaloneLeaderElection(UUID session, Executor io) {
    this.session = session;
    this.callbacks = new CallbackQueue(io);
  }

  @Override
  public void startLeaderElection(LeaderContender newContender) {
    Objects.requireNonNull(newContender, "contender");
    synchronized (lock) {
      if (closed || contender != null) {
        throw new IllegalStateException("This leader election was already started or closed");
      }
      contender = newContender;
      callbacks.deliver(() -> newContender.grantLeadership(session), newContender::handleError);
    }
  }

  @Override
  public CompletableFuture<Void> confirmLeadership(LeaderInformation leaderInformation) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public boolean hasLeadership(UUID leaderSessionId) {
    synchronized (lock) {
      return contender != null && !closed && session.equals(leaderSessionId);
    }
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    synchronized (lock) {
      LeaderContender revoked = contender;
      if (!closed && revoked != null) {
        callbacks.deliver(revoked::revokeLeadership, revoked::handleError);
      }
      closed = true;
    }
    return callbacks.flush();
  }

  @Override
  public <T> T whileLeading(UUID leaderSessionId, Supplier<T> write) throws NotLeaderException {
    synchronized (lock) {
      if (!hasLeadership(leaderSessionId)) {
        throw new NotLeaderException(
            "Session " + leaderSessionId + " does not lead; the write was refused");
      }
      return write.get();
    }
  }

  @Override
  public <T> T read(Supplier<T> read) {
    synchronized (lock) {
      return read.get();
    }
  }
}
