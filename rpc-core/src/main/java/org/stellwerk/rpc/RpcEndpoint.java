package org.stellwerk.rpc;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.annotation.NotSimulated;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.util.AutoCloseableAsync;

/**
 * Base of every endpoint: an actor whose gateway methods, posted runnables and timers run one at a
 * time in its <em>main thread</em>. The constructor registers a server with the service, but
 * nothing runs or is answered before {@link #start()}.
 *
 * <p>Life cycle: created → {@link #start()} → {@link #onStart()} in the main thread → answers calls
 * → {@link #closeAsync()} → {@link #onStop()} in the main thread → terminated when its future
 * ended; the outcome is in {@link #getTerminationFuture()}.
 *
 * <p>Shape: Flink's RpcEndpoint.
 */
public abstract class RpcEndpoint implements RpcGateway, AutoCloseableAsync {

  private static final Logger LOG = LoggerFactory.getLogger(RpcEndpoint.class);

  private final RpcService rpcService;
  private final String endpointId;
  private final RpcServer rpcServer;
  private final MainThreadGuard mainThreadGuard = new MainThreadGuard();
  private final MainThreadExecutor mainThreadExecutor;
  private final Set<Closeable> resources = new LinkedHashSet<>();
  private boolean running;

  /** An endpoint with a generated name. */
  protected RpcEndpoint(RpcService rpcService) {
    this(rpcService, RpcServiceUtils.createRandomName("endpoint", rpcService.getIdGenerator()));
  }

  /** An endpoint with the given name, which must be free within the service. */
  protected RpcEndpoint(RpcService rpcService, String endpointId) {
    this(rpcService, endpointId, Collections.emptyMap());
  }

  /**
   * An endpoint with the given name and logging context.
   *
   * @param loggingContext put into the logging context of everything that runs in the main thread
   */
  protected RpcEndpoint(
      RpcService rpcService, String endpointId, Map<String, String> loggingContext) {
    this.rpcService = rpcService;
    this.endpointId = endpointId;
    this.rpcServer = rpcService.startServer(asGateway(), loggingContext);
    this.mainThreadExecutor =
        new MainThreadExecutor(
            rpcServer,
            this::validateRunsInMainThread,
            endpointId,
            rpcService.getScheduledExecutor());
    registerResource(mainThreadExecutor);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private <C extends RpcEndpoint & RpcGateway> C asGateway() {
    return (C) this;
  }

  /** The name of the endpoint within its service. */
  public final String getEndpointId() {
    return endpointId;
  }

  /** Whether the endpoint answers calls; meaningful in the main thread. */
  protected final boolean isRunning() {
    validateRunsInMainThread();
    return running;
  }

  /** Begins to run; the first thing is {@link #onStart()}. */
  public final void start() {
    rpcServer.start();
  }

  /** Ceases to process messages, without terminating. */
  protected final void stop() {
    rpcServer.stop();
  }

  /**
   * Called once in the main thread, before any call is answered.
   *
   * @throws Exception terminates the endpoint; its termination future has the exception
   */
  protected void onStart() throws Exception {}

  /**
   * Called once in the main thread when the endpoint is to terminate. Messages are still processed
   * in the main thread until the future ends, but calls from outside are refused.
   *
   * @return the endpoint terminates when this ends, with its outcome
   */
  protected CompletableFuture<Void> onStop() {
    return CompletableFuture.completedFuture(null);
  }

  /**
   * Calls the listener in the main thread when a peer process is gone, while the endpoint lives.
   */
  protected final void registerPeerListener(PeerListener listener) {
    PeerListener posting = (peer, reason) -> runAsync(() -> listener.onPeerGone(peer, reason));
    rpcService.addPeerListener(posting);
    registerResource(() -> rpcService.removePeerListener(posting));
  }

  /** Called by the dispatcher: the transition to running. */
  public final void internalCallOnStart() throws Exception {
    validateRunsInMainThread();
    running = true;
    onStart();
  }

  /** Called by the dispatcher: the transition to terminated. */
  public final CompletableFuture<Void> internalCallOnStop() {
    validateRunsInMainThread();
    CompletableFuture<Void> stopped;
    try {
      stopped = onStop();
    } catch (RuntimeException | Error e) {
      stopped = CompletableFuture.failedFuture(e);
    }
    running = false;
    return stopped;
  }

  /** Called by the dispatcher after the last message: closes the registered resources. */
  public final void internalCloseResources() {
    for (Closeable resource : resources) {
      try {
        resource.close();
      } catch (IOException | RuntimeException e) {
        LOG.warn("Could not close a resource of endpoint {}.", endpointId, e);
      }
    }
    resources.clear();
  }

  /** Something to be closed when the endpoint has terminated. */
  protected final void registerResource(Closeable resource) {
    resources.add(resource);
  }

  /** Takes back what was registered; the caller closes it. */
  protected final void unregisterResource(Closeable resource) {
    resources.remove(resource);
  }

  /** Whether every registered resource was closed or taken back; for tests. */
  final boolean validateResourceClosed() {
    return resources.isEmpty();
  }

  @Override
  public final CompletableFuture<Void> closeAsync() {
    rpcService.stopServer(rpcServer);
    return getTerminationFuture();
  }

  /** Open while the endpoint lives. */
  public final CompletableFuture<Void> getTerminationFuture() {
    return rpcServer.getTerminationFuture();
  }

  /**
   * A gateway through which the endpoint's methods are called as messages.
   *
   * @throws org.stellwerk.rpc.exceptions.RpcRuntimeException if the endpoint does not implement it
   */
  public final <C extends RpcGateway> C getSelfGateway(Class<C> gatewayType) {
    return rpcService.getSelfGateway(gatewayType, rpcServer);
  }

  @Override
  public String getAddress() {
    return rpcServer.getAddress();
  }

  /** See {@link RpcServer#getDirectAddress()}. */
  public final String getDirectAddress() {
    return rpcServer.getDirectAddress();
  }

  @Override
  public String getHostname() {
    return rpcServer.getHostname();
  }

  /** The service that hosts the endpoint. */
  public final RpcService getRpcService() {
    return rpcService;
  }

  /** Runs what it is given in the main thread; closed with the endpoint. */
  protected final MainThreadExecutor getMainThreadExecutor() {
    return mainThreadExecutor;
  }

  /** Runs the runnable in the main thread. */
  protected final void runAsync(Runnable runnable) {
    rpcServer.runAsync(runnable);
  }

  /** Runs the runnable in the main thread, no sooner than the delay, unless closed before. */
  protected final void scheduleRunAsync(Runnable runnable, Duration delay) {
    mainThreadExecutor.schedule(runnable, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Runs the runnable in the main thread, no sooner than the delay, unless closed before. */
  protected final void scheduleRunAsync(Runnable runnable, long delay, TimeUnit unit) {
    mainThreadExecutor.schedule(runnable, delay, unit);
  }

  /** Calls in the main thread; fails with TimeoutException if that takes longer. */
  protected final <V> CompletableFuture<V> callAsync(Callable<V> callable, Duration timeout) {
    return rpcServer.callAsync(callable, timeout);
  }

  /**
   * Checks that the caller runs in the main thread.
   *
   * @throws IllegalStateException if not; always checked
   */
  public final void validateRunsInMainThread() {
    mainThreadGuard.check(endpointId);
  }

  /** The guard, for the dispatcher, which enters and leaves the main thread. */
  public final MainThreadGuard internalMainThreadGuard() {
    return mainThreadGuard;
  }

  /**
   * The main thread of one endpoint: whoever runs code of the endpoint enters before and leaves
   * after. Also finds two threads in the endpoint at once.
   */
  @NotSimulated("compares thread identities only")
  public static final class MainThreadGuard {

    private volatile Thread current;

    private MainThreadGuard() {}

    /** Marks the calling thread as the main thread. */
    public void enter() {
      Thread other = current;
      if (other != null) {
        throw new IllegalStateException("Main thread already entered by " + other.getName());
      }
      current = Thread.currentThread();
    }

    /** Ends {@link #enter()}. */
    public void leave() {
      current = null;
    }

    /** Whether the calling thread is in the main thread. */
    public boolean isHere() {
      return current == Thread.currentThread();
    }

    private void check(String endpointId) {
      if (!isHere()) {
        throw new IllegalStateException(
            "Code of endpoint "
                + endpointId
                + " runs outside of its main thread, in "
                + Thread.currentThread().getName()
                + ". Continue futures with the endpoint's main thread executor.");
      }
    }
  }

  /** Posts to the main thread; timers die with the endpoint. */
  public static final class MainThreadExecutor extends MainThreadTimers {

    MainThreadExecutor(
        MainThreadExecutable gateway,
        Runnable mainThreadCheck,
        String endpointId,
        ScheduledExecutor timers) {
      super(gateway, mainThreadCheck, endpointId, timers);
    }

    /** As {@link #schedule(Runnable, long, TimeUnit)}, with a duration. */
    public ScheduledFuture<?> schedule(Runnable command, Duration delay) {
      return schedule(command, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
