package org.stellwerk.rpc;

import org.stellwerk.configuration.Configuration;

/** Finds an {@link RpcSystem} through the service loader. */
public interface RpcSystemLoader {

  /** The loader with the highest priority is taken. */
  int getLoadPriority();

  /** Makes the system. */
  RpcSystem loadRpcSystem(Configuration configuration);
}
