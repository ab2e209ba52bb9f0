package org.stellwerk.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.leaderelection.LeaderContender;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;
import org.stellwerk.simulation.SimCoordination.View;

/**
 * One process's client of {@link SimCoordination}. Keeps a session with pings, and makes a new one
 * when it hears that the old one has expired. Callbacks run in events of the process, outside of
 * every main thread.
 */
final class SimHaServices implements HighAvailabilityServices {

  private static final int PINGS_PER_TIMEOUT = 3;

  private final SimCoordination server;
  private final SimNode node;
  private final SimNetwork.Lanes requests = new SimNetwork.Lanes();
  private final Election election = new Election();
  private final List<SimLeaderRetrieval> retrievals = new ArrayList<>();
  private final ScheduledFuture<?> pings;
  private @Nullable View view;
  private boolean opening;
  private boolean closed;

  SimHaServices(SimCoordination server, SimNode node) {
    this.server = server;
    this.node = node;
    long interval = server.sessionTimeout().toNanos() / PINGS_PER_TIMEOUT;
    this.pings = node.timers().scheduleAtFixedRate(this::ping, 0, interval, TimeUnit.NANOSECONDS);
  }

  @Override
  public LeaderElection leaderElection() {
    return election;
  }

  @Override
  public LeaderRetrievalService newLeaderRetrieval() {
    return new SimLeaderRetrieval(this);
  }

  @Override
  public JobStore jobStore() {
    return new SimJobStore(this, server.stores());
  }

  @Override
  public JobResultStore jobResultStore() {
    return new SimJobResultStore(this, server.stores());
  }

  @Override
  public CompletableFuture<Void> closeAndCleanupAllData() {
    return request(
            "clean up",
            () -> {
              server.stores().clear();
              return true;
            })
        .thenCompose(ignored -> closeAsync());
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    if (closed) {
      return CompletableFuture.completedFuture(null);
    }
    closed = true;
    pings.cancel(false);
    retrievals.clear();
    election.revoke();
    View last = view;
    if (last == null) {
      return CompletableFuture.completedFuture(null);
    }
    // The session ends by itself if this does not come through.
    return request(
            "close session",
            () -> {
              server.closeSession(last.sessionId());
              return true;
            })
        .handle((ignored, failure) -> null);
  }

  private void ping() {
    View current = view;
    if (current != null && current.alive()) {
      update("ping", () -> server.ping(current.sessionId()));
    } else if (!opening) {
      opening = true;
      request("open session", () -> server.openSession(node, this::onView))
          .whenComplete(
              (opened, failure) -> {
                opening = false;
                if (opened != null && !closed) {
                  view = null;
                  onView(opened);
                  election.contend();
                }
              });
    }
  }

  /** A request whose answer is how things stand. */
  private CompletableFuture<Void> update(String what, Callable<View> operation) {
    return request(what, operation).thenAccept(this::onView);
  }

  /**
   * Carries an operation to the server and its outcome back.
   *
   * @return completes in an event of this process; fails with StoreUnavailableException if the
   *     outcome is unknown
   */
  <T> CompletableFuture<T> request(String what, Callable<T> operation) {
    CompletableFuture<T> result = new CompletableFuture<>();
    ScheduledFuture<?> timeout =
        node.timers()
            .schedule(
                () -> result.completeExceptionally(unknownOutcome(what)),
                server.sessionTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
    result.whenComplete((value, failure) -> timeout.cancel(false));
    Runnable lost = () -> result.completeExceptionally(unknownOutcome(what));
    server
        .network()
        .transmit(
            node,
            server.node(),
            requests,
            "zk " + what,
            SimNetwork.Delivery.of(() -> answer(what, operation, result), lost));
    return result;
  }

  private <T> void answer(String what, Callable<T> operation, CompletableFuture<T> result) {
    Runnable outcome;
    try {
      T value = operation.call();
      outcome = () -> result.complete(value);
    } catch (Exception e) {
      outcome = () -> result.completeExceptionally(e);
    }
    server
        .network()
        .transmit(
            server.node(),
            node,
            null,
            "zk answer " + what,
            SimNetwork.Delivery.of(outcome, () -> {}));
  }

  private static StoreUnavailableException unknownOutcome(String what) {
    return new StoreUnavailableException(
        "The connection to the coordination service was lost during '"
            + what
            + "': its outcome is unknown.",
        null);
  }

  private void onView(View newView) {
    View old = view;
    boolean stale =
        old != null
            && (newView.sessionId() != old.sessionId()
                || newView.version() < old.version()
                || !old.alive());
    if (closed || stale) {
      return;
    }
    view = newView;
    if (!newView.alive()) {
      election.revoke();
      ping();
      return;
    }
    election.onGranted(newView.granted());
    for (SimLeaderRetrieval retrieval : List.copyOf(retrievals)) {
      retrieval.onLeader(newView.leader());
    }
  }

  /** Begins to tell the retrieval; what is known, it hears at once in an event of its own. */
  void addRetrieval(SimLeaderRetrieval retrieval) {
    retrievals.add(retrieval);
    node.timers()
        .execute(
            () -> {
              View current = view;
              if (current != null && current.alive()) {
                retrieval.onLeader(current.leader());
              }
            });
  }

  void removeRetrieval(SimLeaderRetrieval retrieval) {
    retrievals.remove(retrieval);
  }

  /** The process's candidacy. */
  private final class Election implements LeaderElection {

    private @Nullable LeaderContender contender;
    private @Nullable UUID granted;
    private boolean over;

    @Override
    public void startLeaderElection(LeaderContender newContender) {
      if (contender != null || over) {
        throw new IllegalStateException("The leader election was begun or closed before");
      }
      contender = newContender;
      contend();
    }

    private void contend() {
      View current = view;
      if (contender != null && !over && current != null && current.alive()) {
        update("contend", () -> server.contend(current.sessionId()))
            .whenComplete(
                (ignored, failure) -> {
                  if (failure != null) {
                    node.timers().execute(this::contend);
                  }
                });
      }
    }

    @Override
    public CompletableFuture<Void> confirmLeadership(LeaderInformation information) {
      View current = view;
      if (current == null || over) {
        return CompletableFuture.completedFuture(null);
      }
      return update("publish leader", () -> server.publish(current.sessionId(), information));
    }

    @Override
    public boolean hasLeadership(UUID leaderSessionId) {
      return leaderSessionId.equals(granted);
    }

    private void onGranted(@Nullable UUID session) {
      if (over || Objects.equals(session, granted)) {
        return;
      }
      revoke();
      LeaderContender told = contender;
      if (session != null && told != null) {
        granted = session;
        told.grantLeadership(session);
      }
    }

    private void revoke() {
      if (granted != null) {
        granted = null;
        LeaderContender told = contender;
        if (told != null) {
          told.revokeLeadership();
        }
      }
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
      if (over) {
        return CompletableFuture.completedFuture(null);
      }
      over = true;
      revoke();
      View current = view;
      return current == null
          ? CompletableFuture.completedFuture(null)
          : update("withdraw", () -> server.withdraw(current.sessionId()));
    }
  }
}
