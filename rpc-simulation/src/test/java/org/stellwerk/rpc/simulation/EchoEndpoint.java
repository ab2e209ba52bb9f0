package org.stellwerk.rpc.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcService;

/** An endpoint that records what it is told and answers what it is asked. */
final class EchoEndpoint extends RpcEndpoint implements EchoGateway {

  final List<Integer> told = new ArrayList<>();
  final List<String> lifecycle = new ArrayList<>();

  EchoEndpoint(RpcService rpcService, String name) {
    super(rpcService, name);
  }

  @Override
  protected void onStart() {
    validateRunsInMainThread();
    lifecycle.add("started");
  }

  @Override
  protected CompletableFuture<Void> onStop() {
    lifecycle.add("stopped");
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<String> echo(String text) {
    validateRunsInMainThread();
    return CompletableFuture.completedFuture(text);
  }

  @Override
  public CompletableFuture<String> never(Duration timeout) {
    return new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<String> broken() {
    throw new IllegalStateException("broken on purpose");
  }

  @Override
  public CompletableFuture<List<String>> list(List<String> strings) {
    return CompletableFuture.completedFuture(strings);
  }

  @Override
  public CompletableFuture<Object> open(Object object) {
    return CompletableFuture.completedFuture(object);
  }

  @Override
  public void tell(int number) {
    told.add(number);
  }

  @Override
  public String now() {
    return "now";
  }

  @Override
  public CompletableFuture<Object> identity(Object object) {
    return CompletableFuture.completedFuture(object);
  }

  /** Lets a test post to the main thread. */
  void post(Runnable runnable) {
    runAsync(runnable);
  }

  /** Lets a test post to the main thread later. */
  void postLater(Runnable runnable, Duration delay) {
    scheduleRunAsync(runnable, delay);
  }

  /** Lets a test call in the main thread. */
  <V> CompletableFuture<V> call(Callable<V> callable, Duration timeout) {
    return callAsync(callable, timeout);
  }
}
