package org.stellwerk.runtime.cluster;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.blob.BlobStore;
import org.stellwerk.runtime.dispatcher.Dispatcher;
import org.stellwerk.runtime.dispatcher.DispatcherConfig;
import org.stellwerk.runtime.dispatcher.DispatcherServices;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.resourcemanager.ResourceManager;
import org.stellwerk.runtime.resourcemanager.ResourceManagerConfig;
import org.stellwerk.util.AutoCloseableAsync;

/**
 * The endpoints of one leader session: made with its id as their final fencing token, closed with
 * it, never used again.
 */
final class JobManagerSession implements AutoCloseableAsync {

  private final LeaderInformation leaderInformation;
  private final ResourceManager resourceManager;
  private final Dispatcher dispatcher;

  JobManagerSession(
      JobManagerConfig config, ProcessServices services, BlobStore blobStore, UUID sessionId) {
    RpcService rpc = services.rpc();
    this.leaderInformation =
        new LeaderInformation(sessionId, rpc.getEndpointAddress(""), config.restAddress());
    this.resourceManager =
        new ResourceManager(
            rpc,
            new ResourceManagerId(sessionId),
            config.resourceId(),
            ResourceManagerConfig.fromConfiguration(config.configuration()),
            services.runtime());
    this.dispatcher =
        new Dispatcher(
            rpc,
            new DispatcherId(sessionId),
            DispatcherConfig.from(config.configuration()),
            DispatcherServices.of(
                services.highAvailability().jobStore(),
                services.highAvailability().jobResultStore(),
                blobStore,
                leaderInformation.resourceManagerAddress(),
                services.runtime()));
  }

  UUID id() {
    return leaderInformation.sessionId();
  }

  /** Completes with what is to be published, once the stored jobs are recovered. */
  CompletableFuture<LeaderInformation> start() {
    resourceManager.start();
    dispatcher.start();
    return dispatcher.getReadyFuture().thenApply(ignored -> leaderInformation);
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    return FutureUtils.completeAll(List.of(dispatcher.closeAsync(), resourceManager.closeAsync()));
  }
}
