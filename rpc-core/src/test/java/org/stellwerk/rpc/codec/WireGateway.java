package org.stellwerk.rpc.codec;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.Local;

/** Signatures of every kind. */
interface WireGateway extends FencedRpcGateway<WireGateway.Token>, WireGateway2.Generic<String> {

  record Token(UUID id) implements Serializable {}

  record Values(
      boolean a, byte b, short c, char d, int e, long f, float g, double h, Everything rest) {}

  record Everything(
      @Nullable Integer boxed,
      @Nullable String text,
      UUID uuid,
      Duration duration,
      Instant instant,
      LocalDate date,
      BigDecimal decimal,
      BigInteger big,
      URI uri,
      Path path,
      InetSocketAddress address,
      InetSocketAddress unresolved,
      Configuration configuration,
      Optional<String> optional,
      TimeUnit constant) {}

  record Arrays(
      byte[] bytes,
      int[] ints,
      long[] longs,
      double[] doubles,
      boolean[] booleans,
      String[] texts,
      Token[] tokens,
      int[][] matrix) {}

  record Collections(
      List<@Nullable String> list,
      Set<Integer> set,
      Map<String, List<Long>> map,
      Collection<Token> collection,
      SortedMap<String, Integer> sorted,
      NavigableSet<Integer> navigable,
      EnumMap<TimeUnit, String> enumMap,
      EnumSet<TimeUnit> enumSet) {}

  record Tree(String name, List<Tree> children) {}

  record Page<T>(List<T> items, int number) {}

  sealed interface Shape {}

  record Circle(double radius) implements Shape {}

  record Group(List<Shape> shapes) implements Shape {}

  enum Fixed implements Shape {
    POINT,
    LINE {
      @Override
      public String toString() {
        return "a line";
      }
    }
  }

  record Positive(int value) {
    public Positive {
      if (value <= 0) {
        throw new IllegalArgumentException("not positive: " + value);
      }
    }
  }

  record WithThread(String name, List<Thread> threads) {}

  CompletableFuture<Values> values(Values values);

  CompletableFuture<Arrays> arrays(Arrays arrays);

  CompletableFuture<Collections> collections(Collections collections);

  CompletableFuture<Tree> tree(Tree tree);

  CompletableFuture<Page<Token>> page(Page<Token> page);

  CompletableFuture<Shape> shape(Shape shape);

  CompletableFuture<Object> open(Object value, Serializable other);

  CompletableFuture<Throwable> throwable(Throwable throwable);

  CompletableFuture<Positive> positive(Positive positive);

  void told(String text, long... numbers);

  void told(String text);

  CompletableFuture<Void> thread(WithThread value);

  String blocking();

  @Local
  CompletableFuture<Void> local();
}
