package org.stellwerk.rpc.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.codec.WireGateway.Circle;
import org.stellwerk.rpc.codec.WireGateway.Everything;
import org.stellwerk.rpc.codec.WireGateway.Fixed;
import org.stellwerk.rpc.codec.WireGateway.Group;
import org.stellwerk.rpc.codec.WireGateway.Page;
import org.stellwerk.rpc.codec.WireGateway.Positive;
import org.stellwerk.rpc.codec.WireGateway.Shape;
import org.stellwerk.rpc.codec.WireGateway.Token;
import org.stellwerk.rpc.codec.WireGateway.Tree;
import org.stellwerk.rpc.codec.WireGateway.Values;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.exceptions.ForeignException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;
import org.stellwerk.rpc.exceptions.RpcSerializationException;
import org.stellwerk.rpc.messages.FencedMessage;
import org.stellwerk.rpc.messages.RemoteRpcInvocation;

class KryoRpcCodecTest {

  /** A class of no kind that the wire knows by itself. */
  static final class Money {
    final long cents;

    Money(long cents) {
      this.cents = cents;
    }
  }

  record MoneyForm(long cents) {}

  record Announced(String name) implements Serializable {}

  record Box(Object content) {}

  /** An exception that a module announces. */
  public static final class AnnouncedException extends Exception {
    public AnnouncedException(String message) {
      super(message);
    }
  }

  private static final WireTypeProvider PROVIDER =
      new WireTypeProvider() {
        @Override
        public Collection<Class<?>> wireTypes() {
          return List.of(Announced.class, Box.class, AnnouncedException.class);
        }

        @Override
        public Collection<Surrogate<?, ?>> surrogates() {
          return List.of(
              new Surrogate<>(
                  Money.class,
                  MoneyForm.class,
                  money -> new MoneyForm(money.cents),
                  form -> new Money(form.cents())));
        }
      };

  private final KryoRpcCodec codec = new KryoRpcCodec(List.of(PROVIDER));
  private final RemoteInterface gateway = codec.describe(WireGateway.class);

  private static Method method(String name) {
    return Arrays.stream(WireGateway.class.getMethods())
        .filter(m -> m.getName().equals(name))
        .max((a, b) -> Integer.compare(a.getParameterCount(), b.getParameterCount()))
        .orElseThrow();
  }

  private Object[] roundTrip(String name, Object... arguments) throws Exception {
    byte[] bytes =
        codec.encodeInvocation(gateway, new RemoteRpcInvocation(method(name), arguments));
    RemoteRpcInvocation back = (RemoteRpcInvocation) codec.decodeInvocation(gateway, bytes);
    assertThat(back.method()).isEqualTo(method(name));
    return back.arguments();
  }

  @SuppressWarnings("unchecked")
  private <T> T roundTrip(String name, T argument) throws Exception {
    Object once = roundTrip(name, new Object[] {argument})[0];
    byte[] result = codec.encodeResult(gateway, method(name), once);
    return (T) codec.decodeResult(gateway, method(name), result);
  }

  private static Everything everything() throws Exception {
    return new Everything(
        7,
        "tëxt €\uD83D\uDE00",
        new UUID(1, -2),
        Duration.ofSeconds(-3, 4),
        Instant.ofEpochSecond(-5, 6),
        LocalDate.of(2024, 2, 29),
        new BigDecimal("-12345678901234567890.123"),
        BigInteger.TWO.pow(200),
        URI.create("http://host:1/path?query#fragment"),
        Path.of("/tmp/some/file"),
        new InetSocketAddress(InetAddress.getByAddress("named", new byte[] {127, 0, 0, 9}), 80),
        InetSocketAddress.createUnresolved("nowhere.invalid", 443),
        Configuration.fromMap(Map.of("a", "1", "b", "2")),
        Optional.of("inside"),
        TimeUnit.DAYS);
  }

  @Test
  void valuesOfEveryKindArriveEqual() throws Exception {
    Everything full = everything();
    Values values =
        new Values(
            true, (byte) -1, (short) -2, 'ß', Integer.MIN_VALUE, Long.MAX_VALUE, 1.5f, -0.0, full);
    Values back = roundTrip("values", values);
    assertThat(back.rest().configuration().toMap()).isEqualTo(full.configuration().toMap());
    assertThat(back)
        .usingRecursiveComparison()
        .ignoringFields("rest.configuration")
        .isEqualTo(values);
  }

  @Test
  void nullsAreAllowedWhereReferencesAre() throws Exception {
    Values values = new Values(false, (byte) 0, (short) 0, ' ', 0, 0, 0, 0, null);
    assertThat(roundTrip("values", values)).isEqualTo(values);
    assertThat(roundTrip("values", (Object) null)).isNull();
    assertThat(roundTrip("tree", new Tree(null, null))).isEqualTo(new Tree(null, null));
  }

  @Test
  void arraysArriveEqual() throws Exception {
    WireGateway.Arrays arrays =
        new WireGateway.Arrays(
            new byte[] {1, 2},
            new int[] {3, -4},
            new long[] {5},
            new double[] {6.5},
            new boolean[] {true, false},
            new String[] {"a", null},
            new Token[] {new Token(new UUID(1, 2)), null},
            new int[][] {{1}, {}, null});
    assertThat(roundTrip("arrays", arrays)).usingRecursiveComparison().isEqualTo(arrays);
  }

  @Test
  void collectionsKeepTheirOrderAndArriveUnmodifiable() throws Exception {
    Map<String, List<Long>> map = new LinkedHashMap<>();
    map.put("z", Arrays.asList(1L));
    map.put("a", Collections.unmodifiableList(new ArrayList<>()));
    EnumMap<TimeUnit, String> enumMap = new EnumMap<>(Map.of(TimeUnit.DAYS, "d"));
    WireGateway.Collections sent =
        new WireGateway.Collections(
            Arrays.asList("x", null),
            new LinkedHashSet<>(List.of(3, 1, 2)),
            map,
            new ArrayDeque<>(List.of(new Token(new UUID(1, 2)))),
            new TreeMap<>(Map.of("k", 1)),
            new TreeSet<>(List.of(2, 1)),
            enumMap,
            EnumSet.of(TimeUnit.HOURS));
    WireGateway.Collections back = roundTrip("collections", sent);
    assertThat(back.list()).containsExactly("x", null);
    assertThat(back.set()).containsExactly(3, 1, 2);
    assertThat(back.map()).isEqualTo(map);
    assertThat(new ArrayList<>(back.map().keySet())).containsExactly("z", "a");
    assertThat(back.collection()).containsExactly(new Token(new UUID(1, 2)));
    assertThat(back.sorted()).isEqualTo(sent.sorted());
    assertThat(back.navigable()).containsExactly(1, 2);
    assertThat(back.enumMap()).isEqualTo(enumMap);
    assertThat(back.enumSet()).isEqualTo(sent.enumSet());
    assertThatThrownBy(() -> back.list().add("y"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> back.map().clear()).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> back.set().remove(3))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void recursiveGenericAndSealedTypesArriveEqual() throws Exception {
    Tree tree = new Tree("root", List.of(new Tree("leaf", List.of()), new Tree("b", null)));
    assertThat(roundTrip("tree", tree)).isEqualTo(tree);
    Page<Token> page = new Page<>(List.of(new Token(new UUID(1, 2))), 3);
    assertThat(roundTrip("page", page)).isEqualTo(page);
    Shape shape = new Group(List.of(new Circle(1), Fixed.POINT, Fixed.LINE, new Group(List.of())));
    assertThat(roundTrip("shape", shape)).isEqualTo(shape);
    assertThat(roundTrip("same", List.of("a"))).isEqualTo(List.of("a"));
  }

  @Test
  void openPlacesTakeKnownAndAnnouncedTypes() throws Exception {
    Map<Object, Object> value = new HashMap<>();
    value.put("key", List.of(1, 2L, new Circle(2), Optional.empty(), TimeUnit.HOURS));
    Object[] back = roundTrip("open", value, new Announced("me"));
    assertThat(back).containsExactly(value, new Announced("me"));
    Object[] money = roundTrip("open", new Money(5), "text");
    assertThat(((Money) money[0]).cents).isEqualTo(5);
  }

  @Test
  void overloadsVarargsAndTokensAreTold() throws Exception {
    Object[] arguments = {"text", new long[] {1, 2}};
    FencedMessage<Token> sent =
        new FencedMessage<>(
            new Token(new UUID(8, 9)), new RemoteRpcInvocation(method("told"), arguments));
    Object back = codec.decodeInvocation(gateway, codec.encodeInvocation(gateway, sent));
    assertThat(back).isEqualTo(sent);
    Method single = WireGateway.class.getMethod("told", String.class);
    RemoteRpcInvocation other = new RemoteRpcInvocation(single, new Object[] {"only"});
    assertThat(codec.decodeInvocation(gateway, codec.encodeInvocation(gateway, other)))
        .isEqualTo(other);
  }

  @Test
  void methodsThatCannotCrossSayWhy() {
    assertThat(gateway.whyNotRemote(method("local"))).contains("@Local");
    assertThat(gateway.whyNotRemote(method("blocking"))).contains("String");
    assertThat(gateway.whyNotRemote(method("thread")))
        .contains("parameter 0")
        .contains(".threads")
        .contains("java.lang.Thread");
    assertThat(gateway.whyNotRemote(method("values"))).isNull();
    assertThatThrownBy(() -> codec.describe(String.class)).isInstanceOf(RpcRuntimeException.class);
  }

  @Test
  void whatCannotBeWrittenIsNamedWithItsPlace() {
    Object[] arguments = {Map.of("k", List.of("fine", new Thread())), "x"};
    assertThatThrownBy(() -> roundTrip("open", arguments))
        .isInstanceOf(RpcSerializationException.class)
        .hasMessageContaining("Argument 0")
        .hasMessageContaining("WireGateway.open(Object, Serializable)")
        .hasMessageContaining("[k][1]")
        .hasMessageContaining("java.lang.Thread");
    Object[] boxed = {new Box(List.of(1, new Thread())), "x"};
    assertThatThrownBy(() -> roundTrip("open", boxed))
        .isInstanceOf(RpcSerializationException.class)
        .hasMessageContaining(".content[1]")
        .hasMessageContaining("java.lang.Thread");
    List<Object> deep = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      deep = new ArrayList<>(List.of(deep));
    }
    Object[] tooDeep = {deep, "x"};
    assertThatThrownBy(() -> roundTrip("open", tooDeep))
        .isInstanceOf(RpcSerializationException.class)
        .hasMessageContaining("depth");
    List<Object> cycle = new ArrayList<>();
    cycle.add(cycle);
    Object[] cyclic = {cycle, "x"};
    assertThatThrownBy(() -> roundTrip("open", cyclic))
        .isInstanceOf(RpcSerializationException.class);
  }

  @Test
  void recordsRefuseWhatTheyAlwaysRefuse() throws Exception {
    byte[] bytes =
        codec.encodeInvocation(
            gateway, new RemoteRpcInvocation(method("positive"), new Object[] {new Positive(1)}));
    bytes[bytes.length - 1] = 1; // -1 as a varint
    assertThatThrownBy(() -> codec.decodeInvocation(gateway, bytes))
        .isInstanceOf(RpcSerializationException.class)
        .hasMessageContaining("not positive");
  }

  @Test
  void garbageGivesSerialisationFailuresOnly() throws Exception {
    Random random = new Random(3);
    List<byte[]> seeds = new ArrayList<>();
    seeds.add(new byte[0]);
    Object[] open = {Map.of("k", List.of(1, "two", new Circle(3))), new Announced("x")};
    seeds.add(codec.encodeInvocation(gateway, new RemoteRpcInvocation(method("open"), open)));
    Object[] values = {new Values(true, (byte) 1, (short) 2, 'c', 3, 4, 5, 6, everything())};
    seeds.add(codec.encodeInvocation(gateway, new RemoteRpcInvocation(method("values"), values)));
    for (int i = 0; i < 60_000; i++) {
      byte[] bytes = seeds.get(i % seeds.size()).clone();
      if (i % 4 == 0) {
        bytes = new byte[random.nextInt(64)];
        random.nextBytes(bytes);
      } else if (bytes.length > 0) {
        for (int flips = random.nextInt(4); flips >= 0; flips--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      }
      try {
        assertThat(codec.decodeInvocation(gateway, bytes)).isNotNull();
      } catch (RpcSerializationException expected) {
        assertThat(expected).hasMessageContaining("cannot be read");
      }
      assertThat(codec.decodeFailure(bytes)).isNotNull();
    }
  }

  @Test
  void classNamesOnTheWireInstantiateNothing() throws Exception {
    Object[] open = {"A", "B"};
    byte[] good = codec.encodeInvocation(gateway, new RemoteRpcInvocation(method("open"), open));
    byte[] name = "java.lang.ProcessBuilder".getBytes(StandardCharsets.ISO_8859_1);
    byte[] gadget = Arrays.copyOf(good, 2 + 2 + name.length);
    gadget[2] = 1; // Kryo's mark of a class by name
    gadget[3] = 0;
    System.arraycopy(name, 0, gadget, 4, name.length);
    assertThatThrownBy(() -> codec.decodeInvocation(gateway, gadget))
        .isInstanceOf(RpcSerializationException.class)
        .hasMessageContaining("a class by name");
    assertThatThrownBy(
            () ->
                codec.decodeInvocation(
                    gateway, new byte[] {(byte) 0xac, (byte) 0xed, 0, 5, 's', 'r'}))
        .isInstanceOf(RpcSerializationException.class);
  }

  @Test
  void failuresAreRebuiltOrReplacedFaithfully() {
    Throwable sent =
        new IllegalStateException(
            "outer", new CompletionException("middle", new FencingTokenException("inner")));
    sent.addSuppressed(new TimeoutException("beside"));
    Throwable back = codec.decodeFailure(codec.encodeFailure(sent));
    assertThat(back).isInstanceOf(IllegalStateException.class).hasMessage("outer");
    assertThat(back.getStackTrace()).hasSameSizeAs(sent.getStackTrace());
    assertThat(back.getStackTrace()[0].toString())
        .contains("KryoRpcCodecTest.java:" + sent.getStackTrace()[0].getLineNumber());
    assertThat(back.getCause()).isInstanceOf(CompletionException.class).hasMessage("middle");
    assertThat(back.getCause().getCause()).isInstanceOf(FencingTokenException.class);
    assertThat(back.getSuppressed()[0]).isInstanceOf(TimeoutException.class).hasMessage("beside");
    assertThat(codec.decodeFailure(codec.encodeFailure(new AnnouncedException("known"))))
        .isInstanceOf(AnnouncedException.class)
        .hasMessage("known");

    class Strange extends RuntimeException {
      Strange() {
        super("strange", new Exception("below"));
      }
    }

    Throwable foreign = codec.decodeFailure(codec.encodeFailure(new Strange()));
    assertThat(foreign).isInstanceOf(ForeignException.class).hasMessage("strange");
    assertThat(foreign.toString()).isEqualTo(Strange.class.getName() + ": strange");
    assertThat(foreign.getCause()).hasMessage("below").isExactlyInstanceOf(Exception.class);
    Throwable again = codec.decodeFailure(codec.encodeFailure(foreign));
    assertThat(again.toString()).isEqualTo(foreign.toString());
  }

  /** An exception whose own methods throw. */
  private static final class Malicious extends RuntimeException {
    @Override
    public String getMessage() {
      throw new IllegalStateException("no");
    }
  }

  @Test
  void failuresThatCannotBeDescribedAreNamed() {
    assertThat(codec.decodeFailure(codec.encodeFailure(new Malicious())))
        .isInstanceOf(RpcSerializationException.class)
        .hasMessageContaining(Malicious.class.getName());
  }

  @Test
  void hugeFailuresAreCut() {
    Throwable failure = new Exception("x".repeat(1_000_000));
    for (int i = 0; i < 500; i++) {
      failure = new Exception("layer " + i, failure);
      failure.addSuppressed(new Exception("y".repeat(10_000)));
    }
    byte[] bytes = codec.encodeFailure(failure);
    assertThat(bytes.length).isLessThan(200_000);
    assertThat(codec.decodeFailure(bytes)).hasMessage("layer 499");
  }

  @Test
  void throwablesTravelAsArguments() throws Exception {
    Throwable back = roundTrip("throwable", (Throwable) new IllegalStateException("inside"));
    assertThat(back).isInstanceOf(IllegalStateException.class).hasMessage("inside");
  }

  interface First extends RpcGateway {
    CompletableFuture<String> a(int x);
  }

  interface Second extends RpcGateway {
    CompletableFuture<String> a(long x);
  }

  @Test
  void hashDependsOnSignaturesAndIsStable() {
    assertThat(new KryoRpcCodec(List.of(PROVIDER)).describe(WireGateway.class).hash())
        .isEqualTo(gateway.hash());
    assertThat(new KryoRpcCodec(List.of()).describe(WireGateway.class).hash())
        .isNotEqualTo(gateway.hash());
    assertThat(codec.describe(First.class).hash())
        .isNotEqualTo(codec.describe(Second.class).hash());
  }
}
