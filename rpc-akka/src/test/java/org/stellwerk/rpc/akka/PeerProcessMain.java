package org.stellwerk.rpc.akka;

import java.util.concurrent.TimeUnit;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.simulation.contract.RpcPeerContract;

/**
 * A process of its own for {@link AkkaRpcPeerContractTest}: hosts the peer's endpoint, calls the
 * endpoint given as argument, prints its address, and waits until its input ends.
 */
public final class PeerProcessMain {

  private PeerProcessMain() {}

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    RpcService service =
        AkkaRpcServiceUtils.createRemoteRpcService(Configuration.empty(), "127.0.0.1", "0");
    RpcPeerContract.hostPeerEndpoint(service);
    if (arguments.length > 0) {
      RpcPeerContract.callFromPeer(service, arguments[0]).get(20, TimeUnit.SECONDS);
    }
    System.out.println(service.getEndpointAddress("peer"));
    System.out.flush();
    while (System.in.read() >= 0) {
      // until the parent is gone
    }
    Runtime.getRuntime().halt(0);
  }
}
