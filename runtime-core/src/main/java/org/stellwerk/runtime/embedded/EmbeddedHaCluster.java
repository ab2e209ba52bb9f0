package org.stellwerk.runtime.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.leaderelection.CallbackQueue;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.util.IdGenerator;

/**
 * What the {@link EmbeddedHighAvailabilityServices} of one JVM share: who leads, what the leader
 * published, and stores that outlive each of the services. Of the contenders exactly one leads, in
 * the order in which they came, each grant with a fresh session id; a write of another session than
 * the current one is refused.
 *
 * <p>Thread-safe. All callbacks of a cluster run one at a time on the executor, never under the
 * lock; the executor must not run in the calling thread.
 */
public final class EmbeddedHaCluster {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedHaCluster.class);

  private final Object lock = new Object();
  private final IdGenerator ids;
  private final CallbackQueue callbacks;
  private final InMemoryJobStore jobStore;
  private final InMemoryJobResultStore jobResultStore;

  private final List<EmbeddedLeaderElection> contenders = new ArrayList<>();
  private final List<EmbeddedLeaderRetrieval> listeners = new ArrayList<>();
  private @Nullable EmbeddedLeaderElection leader;
  private @Nullable UUID session;
  private Optional<LeaderInformation> published = Optional.empty();
  private boolean electing = true;

  /** A cluster without contenders. */
  public EmbeddedHaCluster(IdGenerator ids, Executor io) {
    this.ids = ids;
    this.callbacks = new CallbackQueue(io);
    SessionFence fence = new Fence();
    this.jobStore = new InMemoryJobStore(fence, io);
    this.jobResultStore = new InMemoryJobResultStore(fence, io);
  }

  /** For tests: the leader loses its leadership, and nobody leads until it is granted again. */
  public void revokeLeadership() {
    synchronized (lock) {
      electing = false;
      EmbeddedLeaderElection revoked = leader;
      if (revoked != null) {
        contenders.remove(revoked);
        contenders.add(revoked);
        revoke("it was revoked");
      }
    }
  }

  /** For tests: whoever has waited longest is granted, now and whenever nobody leads. */
  public void grantLeadership() {
    synchronized (lock) {
      electing = true;
      electIfVacant();
    }
  }

  /** For tests: this one is granted; the leader of now is revoked. */
  public void grantLeadership(LeaderElection contender) {
    synchronized (lock) {
      EmbeddedLeaderElection next =
          contenders.stream()
              .filter(candidate -> candidate == contender)
              .findFirst()
              .orElseThrow(
                  () -> new IllegalArgumentException("Leadership of one who does not contend"));
      electing = true;
      if (leader == next) {
        return;
      }
      if (leader != null) {
        revoke("another was granted");
      }
      contenders.remove(next);
      contenders.add(0, next);
      electIfVacant();
    }
  }

  void add(EmbeddedLeaderElection contender) {
    synchronized (lock) {
      contenders.add(contender);
      electIfVacant();
    }
  }

  CompletableFuture<Void> remove(EmbeddedLeaderElection contender) {
    synchronized (lock) {
      contenders.remove(contender);
      if (leader == contender) {
        revoke("its election was closed");
        electIfVacant();
      }
    }
    return callbacks.flush();
  }

  void add(EmbeddedLeaderRetrieval retrieval) {
    synchronized (lock) {
      listeners.add(retrieval);
      notify(retrieval, published);
    }
  }

  CompletableFuture<Void> remove(EmbeddedLeaderRetrieval retrieval) {
    synchronized (lock) {
      listeners.remove(retrieval);
    }
    return callbacks.flush();
  }

  void publish(EmbeddedLeaderElection contender, LeaderInformation information) {
    synchronized (lock) {
      if (isLeading(contender, information.sessionId())) {
        publish(Optional.of(information));
      } else {
        LOG.debug("Ignoring a late confirmation of session {}", information.sessionId());
      }
    }
  }

  boolean hasLeadership(EmbeddedLeaderElection contender, UUID leaderSessionId) {
    synchronized (lock) {
      return isLeading(contender, leaderSessionId);
    }
  }

  InMemoryJobStore jobStore() {
    return jobStore;
  }

  InMemoryJobResultStore jobResultStore() {
    return jobResultStore;
  }

  private boolean isLeading(EmbeddedLeaderElection contender, UUID leaderSessionId) {
    return leader == contender && leaderSessionId.equals(session);
  }

  private void electIfVacant() {
    if (leader != null || !electing || contenders.isEmpty()) {
      return;
    }
    EmbeddedLeaderElection elected = contenders.get(0);
    UUID granted = ids.nextUuid();
    leader = elected;
    session = granted;
    LOG.info("Leadership granted with session {}", granted);
    callbacks.deliver(() -> elected.contender().grantLeadership(granted), elected::failed);
  }

  private void revoke(String reason) {
    EmbeddedLeaderElection revoked = leader;
    if (revoked != null) {
      LOG.info("Leadership of session {} is over: {}", session, reason);
      leader = null;
      session = null;
      callbacks.deliver(() -> revoked.contender().revokeLeadership(), revoked::failed);
      publish(Optional.empty());
    }
  }

  private void publish(Optional<LeaderInformation> information) {
    if (!published.equals(information)) {
      published = information;
      for (EmbeddedLeaderRetrieval retrieval : listeners) {
        notify(retrieval, information);
      }
    }
  }

  private void notify(EmbeddedLeaderRetrieval retrieval, Optional<LeaderInformation> information) {
    callbacks.deliver(() -> retrieval.notifyLeader(information), retrieval::failed);
  }

  private final class Fence implements SessionFence {

    @Override
    public <T> T whileLeading(UUID leaderSessionId, Supplier<T> write) throws NotLeaderException {
      synchronized (lock) {
        if (!leaderSessionId.equals(session)) {
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
}
