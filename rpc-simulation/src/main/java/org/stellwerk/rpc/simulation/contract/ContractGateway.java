package org.stellwerk.rpc.simulation.contract;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.Local;
import org.stellwerk.rpc.RpcTimeout;

/** One method for each kind of call that the suite makes. */
public interface ContractGateway extends EchoingGateway<String> {

  /** A message with parts of several kinds. */
  record Report(UUID id, String name, List<Slot> slots, Map<String, Duration> times) {}

  /** A part of a message. */
  record Slot(int index, Kind kind, @Nullable Assignment assignment) {}

  /** A constant. */
  enum Kind {
    FREE,
    TAKEN
  }

  /** A part of one of several types. */
  sealed interface Assignment {}

  /** One of the types. */
  record Job(long number) implements Assignment {}

  /** The other. */
  record Reserved() implements Assignment {}

  CompletableFuture<Report> report(Report report);

  CompletableFuture<Integer> sum(int... numbers);

  CompletableFuture<Long> sum(long a, long b);

  CompletableFuture<Integer> size(byte[] bytes);

  CompletableFuture<byte[]> bytes(int size);

  CompletableFuture<Object> any(Object value);

  /** Null in place of a future. */
  @Nullable CompletableFuture<String> nothing();

  /** A synchronous call: fails with what it is given, or returns it. */
  @Nullable String now(@Nullable String value) throws IOException;

  CompletableFuture<Void> failAtOnce(String message);

  CompletableFuture<Void> failLater(String message);

  CompletableFuture<Void> failStrangely(String message);

  /** Throws an OutOfMemoryError, or the JVM's error that leaves the process in no doubt. */
  CompletableFuture<Void> throwError(boolean outOfMemory);

  CompletableFuture<Void> never();

  CompletableFuture<Void> neverWithin(@RpcTimeout Duration timeout);

  CompletableFuture<Object> unserialisable();

  CompletableFuture<List<String>> told();

  CompletableFuture<Boolean> isAnswering();

  CompletableFuture<@Nullable String> logContext(String key);

  void tell(String value);

  @Local
  CompletableFuture<Integer> localOnly();
}
