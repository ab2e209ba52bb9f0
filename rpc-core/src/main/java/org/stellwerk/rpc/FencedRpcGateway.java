package org.stellwerk.rpc;

import java.io.Serializable;

/** A gateway of an endpoint that answers only to callers of its leader session. */
public interface FencedRpcGateway<F extends Serializable> extends RpcGateway {

  /** The token that is sent with each call. */
  F getFencingToken();
}
