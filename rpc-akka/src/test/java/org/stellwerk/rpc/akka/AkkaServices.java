package org.stellwerk.rpc.akka;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.RpcUtils;
import org.stellwerk.rpc.akka.Shop.ShopEndpoint;

/** The services of one test, closed after it. */
final class AkkaServices implements AfterEachCallback {

  private final List<RpcService> services = new ArrayList<>();

  <S extends RpcService> S closing(S service) {
    services.add(service);
    return service;
  }

  /** A service on a port of its own. */
  AkkaRpcService remote() throws Exception {
    return closing(
        AkkaRpcServiceUtils.createRemoteRpcService(Patience.CONFIGURATION, "127.0.0.1", "0"));
  }

  static ShopEndpoint started(RpcService service) {
    ShopEndpoint endpoint = new ShopEndpoint(service, "shop");
    endpoint.start();
    return endpoint;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    close();
  }

  /** Closes all of them; those that are closed already stay so. */
  void close() throws Exception {
    RpcUtils.terminateRpcService(services.toArray(RpcService[]::new));
  }
}
