package org.stellwerk.rpc;

import java.io.Serializable;
import java.util.Map;

/**
 * An endpoint that lives for one leader session: its fencing token is final, and a call that
 * carries another is answered with FencingTokenException. A new session makes a new endpoint.
 *
 * <p>Why final: FLINK-11719, FLINK-11843, FLINK-21667.
 */
public abstract class FencedRpcEndpoint<F extends Serializable> extends RpcEndpoint
    implements FencedRpcGateway<F> {

  private final F fencingToken;

  /** A fenced endpoint with a generated name. */
  protected FencedRpcEndpoint(RpcService rpcService, F fencingToken) {
    super(rpcService);
    this.fencingToken = fencingToken;
  }

  /** A fenced endpoint with the given name. */
  protected FencedRpcEndpoint(RpcService rpcService, String endpointId, F fencingToken) {
    super(rpcService, endpointId);
    this.fencingToken = fencingToken;
  }

  /** A fenced endpoint with the given name and logging context. */
  protected FencedRpcEndpoint(
      RpcService rpcService,
      String endpointId,
      F fencingToken,
      Map<String, String> loggingContext) {
    super(rpcService, endpointId, loggingContext);
    this.fencingToken = fencingToken;
  }

  @Override
  public final F getFencingToken() {
    return fencingToken;
  }
}
