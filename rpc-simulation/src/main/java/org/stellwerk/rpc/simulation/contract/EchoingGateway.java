package org.stellwerk.rpc.simulation.contract;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcGateway;

/** A generic gateway that another one inherits from. */
public interface EchoingGateway<T> extends RpcGateway {

  CompletableFuture<@Nullable T> echo(@Nullable T value);
}
