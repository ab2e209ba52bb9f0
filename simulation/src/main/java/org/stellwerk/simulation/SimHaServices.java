package org.stellwerk.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.JobResultStore;
import org.stellwerk.runtime.highavailability.JobStore;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;
import org.stellwerk.simulation.SimZnodes.LatchNode;

/**
 * One process's high-availability services on {@link SimCoordination}: one client, one candidacy,
 * the retrievals and the stores. Callbacks run in events of the process's I/O, outside of every
 * main thread.
 */
final class SimHaServices implements HighAvailabilityServices, SimClient.Listener {

  private final SimStores stores;
  private final SimNode node;
  private final SimCoordination service;
  private final SimClient client;
  private final SimLeaderElection election;
  private final List<SimLeaderRetrieval> retrievals = new ArrayList<>();
  private @Nullable CompletableFuture<Void> closed;

  SimHaServices(SimCoordination service, SimNode node) {
    this.service = service;
    this.stores = service.stores();
    this.node = node;
    this.client = new SimClient(service, node, this);
    this.election = new SimLeaderElection(service, client, node);
    node.timers().execute(client::connect);
  }

  @Override
  public LeaderElection leaderElection() {
    return election;
  }

  @Override
  public LeaderRetrievalService newLeaderRetrieval() {
    return new SimLeaderRetrieval(this, node.io());
  }

  @Override
  public JobStore jobStore() {
    return new SimJobStore(this, stores);
  }

  @Override
  public JobResultStore jobResultStore() {
    return new SimJobResultStore(this, stores);
  }

  /** Reads at the server; begins, as the real driver, with a hop to the I/O executor. */
  <T> CompletableFuture<T> read(String what, Supplier<T> step) {
    return FutureUtils.completedVoidFuture()
        .thenComposeAsync(
            ignored -> client.call(SimOperation.read(what, session -> step.get())), node.io());
  }

  /** Writes at the server on condition that the session leads; hops as {@link #read}. */
  CompletableFuture<Void> write(UUID leaderSessionId, String what, Runnable step) {
    Runnable noted =
        () -> {
          stores.written(leaderSessionId, what);
          step.run();
        };
    return FutureUtils.completedVoidFuture()
        .thenComposeAsync(ignored -> election.write(leaderSessionId, what, noted), node.io());
  }

  @Override
  public void onDisconnected() {
    List.copyOf(retrievals).forEach(SimLeaderRetrieval::onUnreachable);
  }

  @Override
  public void onReconnected() {
    readLeader();
    election.onReconnected();
  }

  @Override
  public void onSessionLost() {
    election.onSessionLost();
  }

  @Override
  public void onLeaderChanged() {
    readLeader();
  }

  @Override
  public void onLatchNodeGone(LatchNode gone) {
    election.onLatchNodeGone(gone);
  }

  void begin(SimLeaderRetrieval retrieval) {
    retrievals.add(retrieval);
    client.whenFirstConnected(this::readLeader);
  }

  void end(SimLeaderRetrieval retrieval) {
    retrievals.remove(retrieval);
  }

  /** What the leader has published now; if that fails, the next reconnection reads it. */
  private void readLeader() {
    if (retrievals.isEmpty() && !election.isPublishing()) {
      return;
    }
    client
        .call(SimOperation.latch("read leader", session -> service.publishedLeader()))
        .thenAccept(
            leader -> {
              List.copyOf(retrievals).forEach(each -> each.onLeader(leader));
              election.correct(leader);
            });
  }

  @Override
  public CompletableFuture<Void> closeAndCleanupAllData() {
    CompletableFuture<Boolean> cleared =
        client.call(
            SimOperation.write(
                "remove what the cluster has stored",
                session -> {
                  stores.clear();
                  return true;
                }));
    return FutureUtils.composeAfterwards(cleared, Runnable::run, this::closeAsync);
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    CompletableFuture<Void> running = closed;
    if (running == null) {
      running =
          FutureUtils.composeAfterwards(election.closeAsync(), Runnable::run, client::closeAsync);
      closed = running;
    }
    return running;
  }
}
