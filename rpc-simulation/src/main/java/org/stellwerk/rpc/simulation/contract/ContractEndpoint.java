package org.stellwerk.rpc.simulation.contract;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcService;

/** The endpoint that the suite calls. Each method checks that it runs alone in the main thread. */
public class ContractEndpoint extends RpcEndpoint implements ContractGateway {

  /** What happened in the endpoint's life, readable from any thread. */
  final List<String> life = new CopyOnWriteArrayList<>();

  /** Times at which what the suite scheduled was run. */
  final List<Long> ranAt = new CopyOnWriteArrayList<>();

  private final MainThreadWitness witness = new MainThreadWitness();
  private final List<String> told = new ArrayList<>();
  private @Nullable Exception startFailure;
  private Runnable inStart = () -> {};
  private CompletableFuture<Void> stopOutcome = CompletableFuture.completedFuture(null);

  ContractEndpoint(RpcService service, String name) {
    super(service, name);
  }

  ContractEndpoint(RpcService service, String name, Map<String, String> loggingContext) {
    super(service, name, loggingContext);
  }

  ContractEndpoint failingStart(Exception failure) {
    startFailure = failure;
    return this;
  }

  void startingWith(Runnable inOnStart) {
    inStart = inOnStart;
  }

  ContractEndpoint stoppingWith(CompletableFuture<Void> outcome) {
    stopOutcome = outcome;
    return this;
  }

  @Override
  protected void onStart() throws Exception {
    validateRunsInMainThread();
    life.add("start");
    inStart.run();
    if (startFailure != null) {
      throw startFailure;
    }
  }

  @Override
  protected CompletableFuture<Void> onStop() {
    validateRunsInMainThread();
    life.add("stop");
    return stopOutcome;
  }

  private <T extends @Nullable Object> T alone(T value) {
    validateRunsInMainThread();
    if (!life.contains("start")) {
      throw new IllegalStateException("A call was answered before onStart");
    }
    witness.see();
    return value;
  }

  MainThreadWitness witness() {
    return witness;
  }

  @Override
  public CompletableFuture<@Nullable String> echo(@Nullable String value) {
    alone("");
    return CompletableFuture.completedFuture(value);
  }

  @Override
  public CompletableFuture<Report> report(Report report) {
    return CompletableFuture.completedFuture(alone(report));
  }

  @Override
  public CompletableFuture<Integer> sum(int... numbers) {
    int sum = 0;
    for (int number : numbers) {
      sum += number;
    }
    return CompletableFuture.completedFuture(alone(sum));
  }

  @Override
  public CompletableFuture<Long> sum(long a, long b) {
    return CompletableFuture.completedFuture(alone(a + b));
  }

  @Override
  public CompletableFuture<Integer> size(byte[] bytes) {
    told.add("size " + bytes.length);
    return CompletableFuture.completedFuture(alone(bytes.length));
  }

  @Override
  public CompletableFuture<byte[]> bytes(int size) {
    return CompletableFuture.completedFuture(alone(new byte[size]));
  }

  @Override
  public CompletableFuture<Object> any(Object value) {
    return CompletableFuture.completedFuture(alone(value));
  }

  @Override
  public @Nullable CompletableFuture<String> nothing() {
    return alone(null);
  }

  @Override
  public @Nullable String now(@Nullable String value) throws IOException {
    if ("fail".equals(value)) {
      throw new IOException("as asked");
    }
    return alone(value);
  }

  @Override
  public CompletableFuture<Void> failAtOnce(String message) {
    throw new IllegalStateException(message, new IllegalArgumentException("below"));
  }

  @Override
  public CompletableFuture<Void> throwError(boolean outOfMemory) {
    throw outOfMemory ? new OutOfMemoryError("memory") : new StackOverflowError("stack");
  }

  @Override
  public CompletableFuture<Void> failLater(String message) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    scheduleRunAsync(
        () -> result.completeExceptionally(new IllegalStateException(message)),
        Duration.ofMillis(1));
    return result;
  }

  @Override
  public CompletableFuture<Void> failStrangely(String message) {
    return CompletableFuture.failedFuture(
        new StrangeException(message, new IllegalArgumentException("below")));
  }

  @Override
  public CompletableFuture<Void> never() {
    return alone(new CompletableFuture<>());
  }

  @Override
  public CompletableFuture<Void> neverWithin(Duration timeout) {
    return alone(new CompletableFuture<>());
  }

  @Override
  public CompletableFuture<Object> unserialisable() {
    return CompletableFuture.completedFuture(alone(new Object()));
  }

  @Override
  public CompletableFuture<List<String>> told() {
    return CompletableFuture.completedFuture(alone(List.copyOf(told)));
  }

  @Override
  public CompletableFuture<Boolean> isAnswering() {
    return CompletableFuture.completedFuture(alone(isRunning()));
  }

  @Override
  public CompletableFuture<@Nullable String> logContext(String key) {
    return CompletableFuture.completedFuture(alone(MDC.get(key)));
  }

  @Override
  public void tell(String value) {
    told.add(alone(value));
  }

  @Override
  public CompletableFuture<Integer> localOnly() {
    return CompletableFuture.completedFuture(alone(1));
  }

  ComponentMainThreadExecutor mainThread() {
    return getMainThreadExecutor();
  }

  void post(Runnable runnable) {
    runAsync(
        () -> {
          alone("");
          runnable.run();
        });
  }

  <V> CompletableFuture<V> call(Callable<V> callable, Duration timeout) {
    return callAsync(callable, timeout);
  }

  /** Refuses calls until it is started again. */
  void pause() {
    stop();
  }

  void postDelayed(Duration delay, LongSupplier clock) {
    scheduleRunAsync(() -> ranAt.add(alone(clock.getAsLong())), delay);
  }

  void postDelayedMillis(long millis, LongSupplier clock) {
    scheduleRunAsync(() -> ranAt.add(alone(clock.getAsLong())), millis, TimeUnit.MILLISECONDS);
  }

  void own(Closeable resource) {
    registerResource(resource);
  }

  /** An exception that no codec knows. */
  public static final class StrangeException extends Exception {
    StrangeException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
