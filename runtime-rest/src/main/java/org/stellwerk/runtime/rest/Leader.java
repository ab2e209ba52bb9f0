package org.stellwerk.runtime.rest;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.stellwerk.runtime.gateway.ClusterAccess;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.util.ExceptionUtils;

/** Calls to whoever leads, with the endpoint's time limits. */
final class Leader {

  private final ClusterAccess cluster;
  private final RestConfig.Limits limits;

  Leader(ClusterAccess cluster, RestConfig.Limits limits) {
    this.cluster = cluster;
    this.limits = limits;
  }

  /** Asks the Dispatcher; 503 if nobody leads for too long. */
  <T> CompletableFuture<T> dispatcher(
      BiFunction<DispatcherGateway, Duration, CompletableFuture<T>> call) {
    return awaited(cluster.dispatcher()).thenCompose(gateway -> call.apply(gateway, limits.ask()));
  }

  /** Asks the ResourceManager; 503 if nobody leads for too long. */
  <T> CompletableFuture<T> resourceManager(
      BiFunction<ResourceManagerGateway, Duration, CompletableFuture<T>> call) {
    return awaited(cluster.resourceManager())
        .thenCompose(gateway -> call.apply(gateway, limits.ask()));
  }

  private <G> CompletableFuture<G> awaited(CompletableFuture<G> gateway) {
    CompletableFuture<G> bounded =
        gateway.copy().orTimeout(limits.awaitLeader().toMillis(), TimeUnit.MILLISECONDS);
    return bounded
        .handle(
            (connected, failure) -> {
              if (failure == null) {
                return CompletableFuture.completedFuture(connected);
              }
              gateway.cancel(false);
              return CompletableFuture.<G>failedFuture(
                  ExceptionUtils.stripCompletionException(failure) instanceof TimeoutException
                      ? noLeader()
                      : failure);
            })
        .thenCompose(Function.identity());
  }

  private RestException noLeader() {
    return new RestException(
        RestException.UNAVAILABLE,
        "No JobManager leads the cluster (waited "
            + limits.awaitLeader().toMillis()
            + " ms, rest.await-leader-timeout); try again");
  }
}
