package org.stellwerk.rpc.codec;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.RpcGateway;

/** What another gateway inherits. */
final class WireGateway2 {

  private WireGateway2() {}

  interface Generic<T> extends RpcGateway {
    CompletableFuture<List<T>> same(List<T> values);
  }
}
