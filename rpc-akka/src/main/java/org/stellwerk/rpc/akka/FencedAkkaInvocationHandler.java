package org.stellwerk.rpc.akka;

import java.io.Serializable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.messages.FencedMessage;
import org.stellwerk.rpc.messages.RpcInvocation;

/** As its parent, with the caller's fencing token on each call. */
final class FencedAkkaInvocationHandler<F extends Serializable> extends AkkaInvocationHandler
    implements FencedRpcGateway<F> {

  private final Supplier<@Nullable F> fencingToken;

  /**
   * A handler that asks for its token at each call: a self gateway is made before its endpoint has
   * one.
   */
  FencedAkkaInvocationHandler(
      AkkaRpcService service, Recipient recipient, Supplier<@Nullable F> fencingToken) {
    super(service, recipient);
    this.fencingToken = fencingToken;
  }

  @Override
  Object envelope(RpcInvocation invocation) {
    return new FencedMessage<>(fencingToken.get(), invocation);
  }

  @Override
  @SuppressWarnings("NullAway") // null only before the endpoint's constructor has ended
  public F getFencingToken() {
    return fencingToken.get();
  }
}
