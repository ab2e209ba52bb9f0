package org.stellwerk.runtime.rest;

import java.time.ZoneId;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.time.Clock;

/** The routes about the cluster and its TaskManagers. */
final class ClusterRoutes {

  private final Leader leader;
  private final Clock clock;
  private final String version;
  private final boolean canRunJars;

  ClusterRoutes(Leader leader, Clock clock, String version, boolean canRunJars) {
    this.leader = leader;
    this.clock = clock;
    this.version = version;
    this.canRunJars = canRunJars;
  }

  void addTo(Router router) {
    router
        .add("GET", "/overview", this::overview)
        .add("GET", "/config", this::config)
        .add("GET", "/taskmanagers", this::taskManagers)
        .add("GET", "/taskmanagers/:taskmanagerid", this::taskManager)
        .add("POST", "/taskmanagers/:taskmanagerid/cordon", order(Availability.Mode.CORDONED))
        .add("POST", "/taskmanagers/:taskmanagerid/uncordon", order(Availability.Mode.OPEN))
        .add("POST", "/taskmanagers/:taskmanagerid/drain", order(Availability.Mode.DRAINING));
  }

  private CompletableFuture<RestResponse> overview(RestRequest request) {
    return leader
        .dispatcher(DispatcherGateway::requestClusterOverview)
        .thenApply(overview -> RestResponse.ok(ClusterViews.overview(overview, version)));
  }

  private CompletableFuture<RestResponse> config(RestRequest request) {
    return CompletableFuture.completedFuture(
        RestResponse.ok(
            ClusterViews.config(
                ZoneId.systemDefault(), clock.absoluteTimeMillis(), version, canRunJars)));
  }

  private CompletableFuture<RestResponse> taskManagers(RestRequest request) {
    return leader
        .resourceManager(ResourceManagerGateway::requestTaskManagerInfos)
        .thenApply(infos -> RestResponse.ok(ClusterViews.taskManagers(infos)));
  }

  /** Answered with the TaskManager as it is then. */
  private RestHandler order(Availability.Mode mode) {
    return request -> {
      ResourceID id = request.path("taskmanagerid", ResourceID::new);
      return leader
          .resourceManager(
              (gateway, timeout) -> gateway.setTaskManagerAvailability(id, mode, timeout))
          .thenCompose(acknowledged -> taskManager(request));
    };
  }

  private CompletableFuture<RestResponse> taskManager(RestRequest request) {
    ResourceID id = request.path("taskmanagerid", ResourceID::new);
    return leader
        .resourceManager(ResourceManagerGateway::requestTaskManagerInfos)
        .thenApply(
            infos ->
                infos.stream()
                    .filter(info -> info.location().resourceId().equals(id))
                    .findFirst()
                    .map(info -> RestResponse.ok(ClusterViews.taskManager(info)))
                    .orElseThrow(
                        () ->
                            RestException.notFound(
                                "No TaskManager with the id " + id + " is registered")));
  }
}
