package org.stellwerk.rpc.simulation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.Local;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.RpcTimeout;

/** The gateway of {@link EchoEndpoint}. */
interface EchoGateway extends RpcGateway {

  CompletableFuture<String> echo(String text);

  CompletableFuture<String> never(@RpcTimeout Duration timeout);

  CompletableFuture<String> broken();

  CompletableFuture<List<String>> list(List<String> strings);

  CompletableFuture<Object> open(Object object);

  void tell(int number);

  String now();

  @Local
  CompletableFuture<Object> identity(Object object);
}
