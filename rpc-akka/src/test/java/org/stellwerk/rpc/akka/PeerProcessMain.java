package org.stellwerk.rpc.akka;

import java.util.Arrays;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.simulation.contract.RpcPeerContract;

/**
 * A process of its own for {@link AkkaRpcPeerContractTest}: hosts the peer's endpoint, calls the
 * endpoint given as first argument unless that is empty, prints its address, and waits until its
 * input ends. The other arguments are settings, {@code key=value}.
 */
public final class PeerProcessMain {

  private PeerProcessMain() {}

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    Configuration configuration = Configuration.empty();
    for (String setting : Arrays.asList(arguments).subList(1, arguments.length)) {
      int equals = setting.indexOf('=');
      configuration =
          configuration.with(setting.substring(0, equals), setting.substring(equals + 1));
    }
    RpcService service =
        AkkaRpcServiceUtils.createRemoteRpcService(configuration, "127.0.0.1", "0");
    RpcPeerContract.hostPeerEndpoint(service);
    if (!arguments[0].isEmpty()) {
      Patience.get(RpcPeerContract.callFromPeer(service, arguments[0]));
    }
    System.out.println(service.getEndpointAddress("peer"));
    System.out.flush();
    while (System.in.read() >= 0) {
      // until the parent is gone
    }
    Runtime.getRuntime().halt(0);
  }
}
