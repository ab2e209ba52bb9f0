package org.stellwerk.rpc.akka;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.simulation.contract.RpcServiceContract;
import org.stellwerk.util.FatalErrorHandler;

/** The contract on two actor systems that are connected over loopback. */
class AkkaRpcServiceContractTest extends RpcServiceContract {

  private static final int LIMIT = 64 * 1024;

  @Override
  protected RpcService makeService(String name, FatalErrorHandler handler, Duration askTimeout)
      throws Exception {
    Configuration configuration =
        Patience.withAskTimeout(askTimeout).with(RpcOptions.FRAMESIZE.key(), LIMIT + "b");
    return AkkaRpcServiceUtils.remoteServiceBuilder(configuration, "127.0.0.1", "0")
        .withComponentName(name)
        .withFatalErrorHandler(handler)
        .createAndStart();
  }

  @Override
  protected <T> @Nullable T await(CompletableFuture<T> future) throws Throwable {
    return Patience.await(future);
  }

  @Override
  protected long nowNanos() {
    return System.nanoTime();
  }

  @Override
  protected int maximumMessageBytes() {
    return LIMIT;
  }
}
