package org.stellwerk.runtime.dispatcher;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.ResourceOverview;
import org.stellwerk.runtime.messages.exceptions.JobSubmissionException;
import org.stellwerk.runtime.scheduler.failover.PipelinedRegions;
import org.stellwerk.util.ExceptionUtils;

/**
 * What the Dispatcher asks the ResourceManager of its session. Connects when first asked, and again
 * after a failure. Component of the Dispatcher, in its main thread; soft state.
 */
final class ClusterResources {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterResources.class);

  private final RpcService rpc;
  private final String address;
  private final ResourceManagerId resourceManagerId;
  private final Executor mainThread;
  private @Nullable CompletableFuture<ResourceManagerGateway> connection;

  ClusterResources(
      RpcService rpc, String address, ResourceManagerId resourceManagerId, Executor mainThread) {
    this.rpc = rpc;
    this.address = address;
    this.resourceManagerId = resourceManagerId;
    this.mainThread = mainThread;
  }

  /** The cluster's slots in numbers; completes in the main thread. */
  CompletableFuture<ResourceOverview> overview(Duration timeout) {
    CompletableFuture<ResourceManagerGateway> current = connection;
    if (current == null || current.isCompletedExceptionally()) {
      current = rpc.connect(address, resourceManagerId, ResourceManagerGateway.class);
      connection = current;
    }
    return current
        .thenComposeAsync(gateway -> gateway.requestResourceOverview(timeout), mainThread)
        .whenCompleteAsync(
            (overview, failure) -> {
              if (failure != null) {
                connection = null;
              }
            },
            mainThread);
  }

  /**
   * Fails with JobSubmissionException if the cluster, as it is now, cannot run the job. A cluster
   * without TaskManagers may be about to start: then the job waits.
   */
  CompletableFuture<Void> checkEnoughSlots(JobGraph graph, Duration timeout) {
    boolean staged = graph.isStaged();
    int needed = staged ? PipelinedRegions.of(graph).slotsOfLargest(graph) : graph.requiredSlots();
    String described =
        staged ? needed + " slots (its largest pipelined region)" : graph.describeRequiredSlots();
    return overview(timeout)
        .handle(
            (overview, failure) -> {
              if (failure != null) {
                LOG.debug("Slots not checked: {}", ExceptionUtils.describe(failure));
                return null;
              }
              return overview.taskManagers() > 0 && needed > overview.slotsTotal()
                  ? new JobSubmissionException(
                      "Job '"
                          + graph.name()
                          + "' needs "
                          + described
                          + ", but the cluster has "
                          + overview.slotsTotal()
                          + " on "
                          + overview.taskManagers()
                          + " TaskManagers; add TaskManagers or lower -p")
                  : null;
            })
        .thenCompose(
            refusal ->
                refusal == null
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(refusal));
  }
}
