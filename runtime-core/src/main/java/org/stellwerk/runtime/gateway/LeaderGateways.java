package org.stellwerk.runtime.gateway;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;
import org.stellwerk.util.AutoCloseableAsync;
import org.stellwerk.util.FatalErrorHandler;

/**
 * Follows the leader and connects to its endpoints when they are first asked for. With another
 * leader, or none, the gateways of the former are dropped; a connection that failed is made again
 * when it is asked for the next time.
 *
 * <p>Thread-safe without locks: the threads of REST requests ask, the driver of the leader
 * retrieval tells, one call at a time. All state is one reference to the future leader, complete
 * exactly while somebody leads; soft.
 */
public final class LeaderGateways
    implements ClusterAccess, LeaderRetrievalListener, AutoCloseableAsync {

  private static final Logger LOG = LoggerFactory.getLogger(LeaderGateways.class);

  private final RpcService rpc;
  private final LeaderRetrievalService retrieval;
  private final FatalErrorHandler fatalErrorHandler;
  private final AtomicReference<CompletableFuture<Leader>> leader =
      new AtomicReference<>(new CompletableFuture<>());

  /**
   * Follows nobody before {@link #start()}.
   *
   * @param retrieval a retrieval of its own, which it closes
   */
  public LeaderGateways(
      RpcService rpc, LeaderRetrievalService retrieval, FatalErrorHandler fatalErrorHandler) {
    this.rpc = rpc;
    this.retrieval = retrieval;
    this.fatalErrorHandler = fatalErrorHandler;
  }

  /** Begins to follow the leader; once. */
  public void start() {
    retrieval.start(this);
  }

  @Override
  public CompletableFuture<DispatcherGateway> dispatcher() {
    return leader.get().thenCompose(current -> current.dispatcher.get());
  }

  @Override
  public CompletableFuture<ResourceManagerGateway> resourceManager() {
    return leader.get().thenCompose(current -> current.resourceManager.get());
  }

  @Override
  public void notifyLeader(Optional<LeaderInformation> newLeader) {
    CompletableFuture<Leader> before = leader.get();
    if (newLeader.isEmpty()) {
      if (before.isDone()) {
        LOG.debug("No leader; its gateways are dropped.");
        leader.set(new CompletableFuture<>());
      }
      return;
    }
    LOG.debug("Gateways lead to session {} from now on.", newLeader.get().sessionId());
    Leader next = new Leader(rpc, newLeader.get());
    if (!before.complete(next)) {
      leader.set(CompletableFuture.completedFuture(next));
    }
  }

  @Override
  public void handleError(Exception exception) {
    fatalErrorHandler.onFatalError(exception);
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    CompletableFuture<Void> closed = retrieval.closeAsync();
    CompletableFuture<Leader> never = new CompletableFuture<>();
    never.completeExceptionally(new IllegalStateException("The process ends"));
    leader
        .getAndSet(never)
        .completeExceptionally(new IllegalStateException("The process ends; nobody is waited for"));
    return closed;
  }

  private static final class Leader {
    private final Connection<DispatcherGateway> dispatcher;
    private final Connection<ResourceManagerGateway> resourceManager;

    Leader(RpcService rpc, LeaderInformation information) {
      dispatcher =
          new Connection<>(
              () ->
                  rpc.connect(
                      information.dispatcherAddress(),
                      new DispatcherId(information.sessionId()),
                      DispatcherGateway.class));
      resourceManager =
          new Connection<>(
              () ->
                  rpc.connect(
                      information.resourceManagerAddress(),
                      new ResourceManagerId(information.sessionId()),
                      ResourceManagerGateway.class));
    }
  }

  /** Connects once, and again after a failure. */
  private static final class Connection<G> {
    private final Supplier<CompletableFuture<G>> connect;
    private final AtomicReference<@Nullable CompletableFuture<G>> connected =
        new AtomicReference<>();

    Connection(Supplier<CompletableFuture<G>> connect) {
      this.connect = connect;
    }

    CompletableFuture<G> get() {
      while (true) {
        CompletableFuture<G> current = connected.get();
        if (current != null && !current.isCompletedExceptionally()) {
          return current;
        }
        CompletableFuture<G> fresh = new CompletableFuture<>();
        if (connected.compareAndSet(current, fresh)) {
          FutureUtils.forward(connect.get(), fresh);
          return fresh;
        }
      }
    }
  }
}
