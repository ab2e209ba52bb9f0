package org.stellwerk.rpc.akka;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.AddressResolution;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.rpc.RpcSystem;

/** RPC on Akka. Stateless: its services own what they need. */
public final class AkkaRpcSystem implements RpcSystem {

  @Override
  public AkkaRpcServiceBuilder localServiceBuilder(Configuration configuration) {
    return AkkaRpcServiceUtils.localServiceBuilder(configuration);
  }

  @Override
  public AkkaRpcServiceBuilder remoteServiceBuilder(
      Configuration configuration, @Nullable String externalAddress, String externalPortRange) {
    return AkkaRpcServiceUtils.remoteServiceBuilder(
        configuration, externalAddress, externalPortRange);
  }

  @Override
  public String getRpcUrl(
      String host,
      int port,
      String endpointName,
      AddressResolution resolution,
      Configuration configuration) {
    return AkkaRpcServiceUtils.getRpcUrl(host, port, endpointName, resolution);
  }

  @Override
  public InetSocketAddress getInetSocketAddressFromRpcUrl(String url) {
    return AkkaUtils.getInetSocketAddressFromAkkaURL(url);
  }

  @Override
  public long getMaximumMessageSizeInBytes(Configuration configuration) {
    return configuration.get(RpcOptions.FRAMESIZE);
  }

  @Override
  public void close() {
    // nothing is shared between services
  }
}
