package org.stellwerk.rpc.akka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.RpcTimeout;

/** A small gateway for tests of the transport itself. */
interface Shop extends RpcGateway {

  CompletableFuture<byte[]> mirror(byte[] bytes);

  CompletableFuture<byte[]> zeros(int count);

  /** How many calls of this method came before. */
  CompletableFuture<Integer> number(byte[] ballast);

  /** Remembered by the endpoint; nobody waits for it. */
  void note(int number);

  CompletableFuture<Void> never(@RpcTimeout Duration timeout);

  CompletableFuture<String> thread();

  @Nullable String synchronous(@Nullable String text);

  /** Its endpoint. */
  final class ShopEndpoint extends RpcEndpoint implements Shop {

    final List<Integer> noted = Collections.synchronizedList(new ArrayList<>());
    private int numbers;

    ShopEndpoint(RpcService service, String name) {
      super(service, name);
    }

    @Override
    public CompletableFuture<byte[]> mirror(byte[] bytes) {
      return CompletableFuture.completedFuture(bytes);
    }

    @Override
    public CompletableFuture<byte[]> zeros(int count) {
      return CompletableFuture.completedFuture(new byte[count]);
    }

    @Override
    public CompletableFuture<Integer> number(byte[] ballast) {
      return CompletableFuture.completedFuture(numbers++);
    }

    @Override
    public void note(int number) {
      noted.add(number);
    }

    @Override
    public CompletableFuture<Void> never(Duration timeout) {
      return new CompletableFuture<>();
    }

    @Override
    public CompletableFuture<String> thread() {
      Thread current = Thread.currentThread();
      return CompletableFuture.completedFuture(current.getName() + " " + current.getPriority());
    }

    @Override
    public @Nullable String synchronous(@Nullable String text) {
      validateRunsInMainThread();
      return text;
    }

    <V> CompletableFuture<V> call(Callable<V> callable, Duration timeout) {
      return callAsync(callable, timeout);
    }
  }
}
