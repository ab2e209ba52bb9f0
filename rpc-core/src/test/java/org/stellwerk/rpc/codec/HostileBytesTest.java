package org.stellwerk.rpc.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.exceptions.ForeignException;
import org.stellwerk.rpc.exceptions.RpcSerializationException;
import org.stellwerk.rpc.messages.RemoteRpcInvocation;

/** Byte streams of other serialisers that would run code of the sender's choice when read. */
class HostileBytesTest {

  private static final AtomicInteger FIRED = new AtomicInteger();

  /** Runs code as soon as any serialiser makes one. */
  static final class Gadget implements Serializable, Comparable<Gadget> {
    private static final long serialVersionUID = 1;

    Gadget() {
      FIRED.incrementAndGet();
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      FIRED.incrementAndGet();
    }

    @Override
    public int compareTo(Gadget other) {
      return FIRED.incrementAndGet();
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return FIRED.incrementAndGet();
    }
  }

  /** An exception that runs code when it is made by its name. */
  static final class GadgetException extends RuntimeException {
    private static final long serialVersionUID = 1;

    GadgetException(String message) {
      super(message);
      FIRED.incrementAndGet();
    }
  }

  private final KryoRpcCodec codec = new KryoRpcCodec(List.of());
  private final RemoteInterface gateway = codec.describe(WireGateway.class);
  private final Method open;

  HostileBytesTest() throws NoSuchMethodException {
    open = WireGateway.class.getMethod("open", Object.class, Serializable.class);
  }

  @BeforeEach
  void reset() {
    FIRED.set(0);
  }

  private static byte[] javaStream(Object value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    return bytes.toByteArray();
  }

  private static byte[] kryoStream(Object value, boolean javaInside) {
    Kryo kryo = new Kryo();
    kryo.setRegistrationRequired(false);
    if (javaInside) {
      kryo.addDefaultSerializer(Gadget.class, new JavaSerializer());
    }
    Output output = new Output(64, -1);
    kryo.writeClassAndObject(output, value);
    return output.toBytes();
  }

  /** A call of open whose first argument is replaced by other bytes. */
  private byte[] callWith(byte[] argument) throws RpcSerializationException {
    Object[] nulls = {null, null};
    byte[] call = codec.encodeInvocation(gateway, new RemoteRpcInvocation(open, nulls));
    int head = call.length - 2; // each null is one byte
    byte[] bytes = Arrays.copyOf(call, head + argument.length);
    System.arraycopy(argument, 0, bytes, head, argument.length);
    return bytes;
  }

  private List<byte[]> payloads() throws IOException {
    Map<Object, Object> keyed = new LinkedHashMap<>();
    keyed.put(new Gadget(), new Gadget());
    List<Object> values =
        List.of(new Gadget(), new ArrayList<>(List.of(new Gadget())), keyed, new Gadget[1]);
    List<byte[]> payloads = new ArrayList<>();
    for (Object value : values) {
      payloads.add(javaStream(value));
      payloads.add(kryoStream(value, false));
      payloads.add(kryoStream(value, true));
    }
    return payloads;
  }

  @Test
  void gadgetsWorkWithTheSerialisersTheyAreMadeFor() throws Exception {
    byte[] stream = javaStream(new Gadget());
    reset();
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(stream))) {
      assertThat(in.readObject()).isInstanceOf(Gadget.class);
    }
    assertThat(FIRED).hasValue(1);
  }

  @Test
  void gadgetsAreNeverMade() throws Exception {
    List<byte[]> payloads = payloads();
    reset();
    for (byte[] payload : payloads) {
      for (byte[] bytes : List.of(payload, callWith(payload))) {
        assertThatThrownBy(() -> codec.decodeInvocation(gateway, bytes))
            .isInstanceOf(RpcSerializationException.class)
            .hasMessageContaining("cannot be read");
      }
      assertThatThrownBy(() -> codec.decodeResult(gateway, open, payload))
          .isInstanceOf(RpcSerializationException.class);
      assertThat(codec.decodeFailure(payload)).isNotNull();
    }
    assertThat(FIRED).hasValue(0);
  }

  @Test
  void everyClassNumberThatIsNotRegisteredIsRefused() throws Exception {
    for (int number = 0; number < 1000; number++) {
      Output output = new Output(16);
      output.writeVarInt(number + 2, true);
      byte[] bytes = callWith(output.toBytes());
      assertThatThrownBy(() -> codec.decodeInvocation(gateway, bytes))
          .isInstanceOf(RpcSerializationException.class);
    }
  }

  @Test
  void exceptionsThatNobodyAnnouncedAreNotMade() {
    byte[] bytes = codec.encodeFailure(new GadgetException("boo"));
    reset();
    Throwable back = codec.decodeFailure(bytes);
    assertThat(back).isInstanceOf(ForeignException.class).hasMessage("boo");
    assertThat(back.toString()).contains(GadgetException.class.getName());
    assertThat(FIRED).hasValue(0);
  }

  @Test
  void lengthsAreNotBelieved() throws Exception {
    Object[] arguments = {new ArrayList<>(List.of(1, 2, 3)), null};
    byte[] good = codec.encodeInvocation(gateway, new RemoteRpcInvocation(open, arguments));
    int refused = 0;
    for (int at = 2; at + 5 < good.length; at++) {
      byte[] bytes = good.clone();
      Arrays.fill(bytes, at, at + 4, (byte) 0xff); // a varint of 2^31 or so
      bytes[at + 4] = 0x07;
      try {
        assertThat(codec.decodeInvocation(gateway, bytes)).isNotNull();
      } catch (RpcSerializationException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void collectionsOfTheJdkWhateverTheirClassArriveEqual() throws Exception {
    EnumMap<TimeUnit, Object> enumMap = new EnumMap<>(TimeUnit.class);
    enumMap.put(TimeUnit.DAYS, Optional.of("d"));
    List<Object> values =
        List.of(
            List.of(),
            List.of(1),
            List.of(1, 2, 3),
            List.copyOf(Arrays.asList("a", "b")),
            Stream.of(1, 2).toList(),
            Arrays.asList("x", null),
            new ArrayList<>(List.of(1, 2, 3)).subList(1, 3),
            Collections.emptyList(),
            Collections.singletonList("s"),
            Collections.nCopies(3, "n"),
            Collections.unmodifiableList(new ArrayList<>(List.of(1))),
            Collections.synchronizedList(new ArrayList<>(List.of(1))),
            Set.of(1),
            Set.of(1, 2, 3),
            Collections.singleton(1),
            Collections.unmodifiableSet(Set.of(2)),
            Map.of(),
            Map.of("k", 1),
            Map.of("k", 1, "l", 2),
            Collections.singletonMap("k", "v"),
            Collections.unmodifiableMap(new TreeMap<>(Map.of("k", 1))),
            Collections.unmodifiableSortedMap(new TreeMap<>(Map.of("k", 1))),
            enumMap,
            Optional.empty(),
            Optional.of(List.of(Optional.of(1))));
    for (Object value : values) {
      byte[] bytes =
          codec.encodeInvocation(
              gateway, new RemoteRpcInvocation(open, new Object[] {value, null}));
      RemoteRpcInvocation back = (RemoteRpcInvocation) codec.decodeInvocation(gateway, bytes);
      assertThat(back.arguments()[0]).as(value.getClass().getName()).isEqualTo(value);
    }
  }
}
