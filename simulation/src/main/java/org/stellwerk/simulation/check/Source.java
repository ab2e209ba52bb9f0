package org.stellwerk.simulation.check;

import org.stellwerk.rpc.RpcEndpoint;

/**
 * Which endpoint it was.
 *
 * @param process its process, with the incarnation
 * @param name the endpoint's name
 */
record Source(String process, String name, Class<? extends RpcEndpoint> kind) {

  boolean is(Class<? extends RpcEndpoint> wanted) {
    return kind == wanted;
  }
}
