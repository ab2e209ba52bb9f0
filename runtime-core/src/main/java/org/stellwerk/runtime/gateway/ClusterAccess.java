package org.stellwerk.runtime.gateway;

import java.util.concurrent.CompletableFuture;

/**
 * The way from outside the control plane to the current leader's endpoints. Thread-safe.
 *
 * <p>The futures wait while nobody leads, for ever: the caller decides how long. Each is the
 * caller's own and may be completed or cancelled by it. Ask again for each call: a gateway belongs
 * to one leader session.
 */
public interface ClusterAccess {

  /** The leader's Dispatcher; fails if it cannot be connected to. */
  CompletableFuture<DispatcherGateway> dispatcher();

  /** The leader's ResourceManager; fails if it cannot be connected to. */
  CompletableFuture<ResourceManagerGateway> resourceManager();
}
