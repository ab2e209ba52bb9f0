package org.stellwerk.rpc.akka;

import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcSystem;
import org.stellwerk.rpc.RpcSystemLoader;

/** Makes Akka the RPC system of any process that has this module on its class path. */
public final class AkkaRpcSystemLoader implements RpcSystemLoader {

  @Override
  public int getLoadPriority() {
    return 0;
  }

  @Override
  public RpcSystem loadRpcSystem(Configuration configuration) {
    return new AkkaRpcSystem();
  }
}
