package org.stellwerk.dist;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.gateway.LeaderGateways;
import org.stellwerk.runtime.gateway.TaskExecutorGateway;

/**
 * A standby that has never talked to another process would do so for the first time when it takes
 * over, and most of that time would be loading and interpreting code. So each standby asks the
 * leader two questions soon after its start, and connects to some of the TaskManagers, as many as
 * make that code warm. They know each other then, should it lead one day; and the heap is tidied
 * up. Nobody waits for the answers. The leader itself is not asked.
 */
final class StandbyWarmUp {

  private static final Logger LOG = LoggerFactory.getLogger(StandbyWarmUp.class);

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final long DELAY_MS = 1500;
  private static final int TASK_MANAGERS = 8;

  private StandbyWarmUp() {}

  /** Asks a moment later, when the start of this process and of its neighbours is over. */
  static void schedule(LeaderGateways gateways, RpcService rpc) {
    rpc.getScheduledExecutor().schedule(() -> ask(gateways, rpc), DELAY_MS, TimeUnit.MILLISECONDS);
  }

  private static void ask(LeaderGateways gateways, RpcService rpc) {
    gateways
        .dispatcher()
        .thenCompose(
            dispatcher ->
                isIn(rpc, dispatcher)
                    ? FutureUtils.completedVoidFuture()
                    : ask(dispatcher, gateways, rpc).thenRun(StandbyWarmUp::settle))
        .whenComplete(
            (ignored, failure) -> {
              if (failure != null) {
                LOG.debug("Not all answered the standby: {}", failure.toString());
              }
            });
  }

  private static boolean isIn(RpcService rpc, DispatcherGateway dispatcher) {
    String address = dispatcher.getAddress();
    return rpc.getEndpointAddress(address.substring(address.lastIndexOf('/') + 1)).equals(address);
  }

  private static CompletableFuture<Void> ask(
      DispatcherGateway dispatcher, LeaderGateways gateways, RpcService rpc) {
    return dispatcher
        .requestMultipleJobDetails(TIMEOUT)
        .thenCompose(jobs -> gateways.resourceManager())
        .thenCompose(resourceManager -> resourceManager.requestTaskManagerInfos(TIMEOUT))
        .thenCompose(
            taskManagers ->
                FutureUtils.completeAll(
                    taskManagers.stream()
                        .limit(TASK_MANAGERS)
                        .map(each -> rpc.connect(each.rpcAddress(), TaskExecutorGateway.class))
                        .toList()));
  }

  /**
   * Has what the start has made, and what lives as long as the process, moved out of the
   * collector's way now: the first collection that finds it takes 50 to 100 ms, and a takeover
   * fills the young generation.
   */
  private static void settle() {
    System.gc();
  }
}
