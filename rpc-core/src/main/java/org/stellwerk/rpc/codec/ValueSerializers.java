package org.stellwerk.rpc.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Output;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.stellwerk.configuration.Configuration;

/**
 * Serializers of the platform's value types, by class. None uses reflection into the JDK, so no
 * {@code --add-opens} is needed; none resolves a host name.
 */
final class ValueSerializers {

  /** By class, primitives included; in a fixed order. */
  static final Map<Class<?>, WireSerializer> BY_CLASS;

  static {
    Map<Class<?>, WireSerializer> all = new LinkedHashMap<>();
    numbers(all);
    optionals(all);
    arrays(all);
    times(all);
    names(all);
    addresses(all);
    BY_CLASS = Collections.unmodifiableMap(all);
  }

  private ValueSerializers() {}

  private static <T> WireSerializer leaf(
      Class<T> type, BiConsumer<Output, T> writer, Function<WireInput, T> reader) {
    return new WireSerializer() {
      @Override
      @SuppressWarnings("unchecked") // the slot has checked the class; primitives are boxed here
      public void write(Kryo kryo, Output output, Object value) {
        writer.accept(output, (T) value);
      }

      @Override
      Object readValue(Kryo kryo, WireInput input) {
        return reader.apply(input);
      }

      @Override
      public String toString() {
        return type.getName();
      }
    };
  }

  private static <T> void add(
      Map<Class<?>, WireSerializer> all,
      Class<T> type,
      BiConsumer<Output, T> writer,
      Function<WireInput, T> reader) {
    all.put(type, leaf(type, writer, reader));
  }

  private static <T> void addBoth(
      Map<Class<?>, WireSerializer> all,
      Class<T> primitive,
      Class<T> boxed,
      BiConsumer<Output, T> writer,
      Function<WireInput, T> reader) {
    add(all, primitive, writer, reader);
    add(all, boxed, writer, reader);
  }

  private static void numbers(Map<Class<?>, WireSerializer> all) {
    addBoth(all, boolean.class, Boolean.class, Output::writeBoolean, ValueSerializers::readBoolean);
    addBoth(all, byte.class, Byte.class, (out, v) -> out.writeByte(v), WireInput::readByte);
    addBoth(all, short.class, Short.class, (out, v) -> out.writeShort(v), WireInput::readShort);
    addBoth(all, char.class, Character.class, Output::writeChar, WireInput::readChar);
    addBoth(
        all,
        int.class,
        Integer.class,
        (out, v) -> out.writeVarInt(v, false),
        in -> in.readVarInt(false));
    addBoth(
        all,
        long.class,
        Long.class,
        (out, v) -> out.writeVarLong(v, false),
        in -> in.readVarLong(false));
    addBoth(all, float.class, Float.class, Output::writeFloat, WireInput::readFloat);
    addBoth(all, double.class, Double.class, Output::writeDouble, WireInput::readDouble);
    add(all, BigInteger.class, ValueSerializers::writeBig, ValueSerializers::readBig);
    add(
        all,
        BigDecimal.class,
        (out, v) -> {
          writeBig(out, v.unscaledValue());
          out.writeVarInt(v.scale(), false);
        },
        in -> new BigDecimal(readBig(in), in.readVarInt(false)));
  }

  private static void optionals(Map<Class<?>, WireSerializer> all) {
    add(
        all,
        OptionalInt.class,
        (out, v) -> {
          out.writeBoolean(v.isPresent());
          out.writeInt(v.orElse(0));
        },
        in -> readBoolean(in) ? OptionalInt.of(in.readInt()) : absent(in.readInt()));
    add(
        all,
        OptionalLong.class,
        (out, v) -> {
          out.writeBoolean(v.isPresent());
          out.writeLong(v.orElse(0));
        },
        in -> {
          boolean present = readBoolean(in);
          long value = in.readLong();
          return present ? OptionalLong.of(value) : OptionalLong.empty();
        });
    add(
        all,
        OptionalDouble.class,
        (out, v) -> {
          out.writeBoolean(v.isPresent());
          out.writeDouble(v.orElse(0));
        },
        in -> {
          boolean present = readBoolean(in);
          double value = in.readDouble();
          return present ? OptionalDouble.of(value) : OptionalDouble.empty();
        });
  }

  private static OptionalInt absent(int ignored) {
    return OptionalInt.empty();
  }

  private static boolean readBoolean(WireInput input) {
    return switch (input.readByte()) {
      case 0 -> false;
      case 1 -> true;
      default -> throw new WireFailure("neither true nor false");
    };
  }

  private static void writeBig(Output output, BigInteger value) {
    WireInput.writeCountedBytes(output, value.toByteArray());
  }

  private static BigInteger readBig(WireInput input) {
    return new BigInteger(input.readCountedBytes());
  }

  private static void arrays(Map<Class<?>, WireSerializer> all) {
    add(all, byte[].class, WireInput::writeCountedBytes, WireInput::readCountedBytes);
    add(
        all,
        boolean[].class,
        (out, v) -> {
          out.writeVarInt(v.length, true);
          out.writeBooleans(v, 0, v.length);
        },
        in -> in.readBooleans(in.readCount(1)));
    add(
        all,
        short[].class,
        (out, v) -> {
          out.writeVarInt(v.length, true);
          out.writeShorts(v, 0, v.length);
        },
        in -> in.readShorts(in.readCount(2)));
    add(
        all,
        char[].class,
        (out, v) -> {
          out.writeVarInt(v.length, true);
          out.writeChars(v, 0, v.length);
        },
        in -> in.readChars(in.readCount(2)));
    add(
        all,
        int[].class,
        (out, v) -> {
          out.writeVarInt(v.length, true);
          out.writeInts(v, 0, v.length);
        },
        in -> in.readInts(in.readCount(4)));
    add(
        all,
        long[].class,
        (out, v) -> {
          out.writeVarInt(v.length, true);
          out.writeLongs(v, 0, v.length);
        },
        in -> in.readLongs(in.readCount(8)));
    add(
        all,
        float[].class,
        (out, v) -> {
          out.writeVarInt(v.length, true);
          out.writeFloats(v, 0, v.length);
        },
        in -> in.readFloats(in.readCount(4)));
    add(
        all,
        double[].class,
        (out, v) -> {
          out.writeVarInt(v.length, true);
          out.writeDoubles(v, 0, v.length);
        },
        in -> in.readDoubles(in.readCount(8)));
  }

  private static void times(Map<Class<?>, WireSerializer> all) {
    add(
        all,
        Duration.class,
        (out, v) -> {
          out.writeVarLong(v.getSeconds(), false);
          out.writeVarInt(v.getNano(), true);
        },
        in -> Duration.ofSeconds(in.readVarLong(false), in.readVarInt(true)));
    add(
        all,
        Instant.class,
        (out, v) -> {
          out.writeVarLong(v.getEpochSecond(), false);
          out.writeVarInt(v.getNano(), true);
        },
        in -> Instant.ofEpochSecond(in.readVarLong(false), in.readVarInt(true)));
    add(
        all,
        LocalDate.class,
        (out, v) -> out.writeVarLong(v.toEpochDay(), false),
        in -> LocalDate.ofEpochDay(in.readVarLong(false)));
    add(
        all,
        LocalDateTime.class,
        (out, v) -> WireInput.writeText(out, v.toString()),
        in -> LocalDateTime.parse(text(in)));
  }

  private static String text(WireInput input) {
    String text = input.readText();
    if (text == null) {
      throw new WireFailure("a text is missing");
    }
    return text;
  }

  private static void names(Map<Class<?>, WireSerializer> all) {
    add(all, String.class, WireInput::writeText, ValueSerializers::text);
    add(
        all,
        UUID.class,
        (out, v) -> {
          out.writeLong(v.getMostSignificantBits());
          out.writeLong(v.getLeastSignificantBits());
        },
        in -> {
          long high = in.readLong();
          return new UUID(high, in.readLong());
        });
    add(
        all,
        URI.class,
        (out, v) -> WireInput.writeText(out, v.toString()),
        in -> URI.create(text(in)));
    add(
        all,
        Path.class,
        (out, v) -> WireInput.writeText(out, v.toString()),
        in -> Path.of(text(in)));
  }

  private static void addresses(Map<Class<?>, WireSerializer> all) {
    add(all, InetAddress.class, ValueSerializers::writeAddress, ValueSerializers::readAddress);
    add(
        all,
        InetSocketAddress.class,
        (out, v) -> {
          out.writeVarInt(v.getPort(), true);
          out.writeBoolean(v.isUnresolved());
          if (v.isUnresolved()) {
            WireInput.writeText(out, v.getHostString());
          } else {
            writeAddress(out, v.getAddress());
          }
        },
        in -> {
          int port = in.readVarInt(true);
          return readBoolean(in)
              ? InetSocketAddress.createUnresolved(text(in), port)
              : new InetSocketAddress(readAddress(in), port);
        });
    add(
        all,
        Configuration.class,
        (out, v) -> {
          out.writeVarInt(v.toMap().size(), true);
          v.toMap()
              .forEach(
                  (key, value) -> {
                    WireInput.writeText(out, key);
                    WireInput.writeText(out, value);
                  });
        },
        in -> {
          int size = in.readCount(2);
          Map<String, String> values = new LinkedHashMap<>();
          for (int i = 0; i < size; i++) {
            values.put(text(in), text(in));
          }
          return Configuration.fromMap(values);
        });
  }

  private static void writeAddress(Output output, InetAddress address) {
    // The name without a look-up: it is the part before the slash of the address's text.
    String text = address.toString();
    WireInput.writeText(output, text.substring(0, Math.max(0, text.indexOf('/'))));
    WireInput.writeCountedBytes(output, address.getAddress());
  }

  private static InetAddress readAddress(WireInput input) {
    String name = text(input);
    byte[] bytes = input.readCountedBytes();
    try {
      return name.isEmpty()
          ? InetAddress.getByAddress(bytes)
          : InetAddress.getByAddress(name, bytes);
    } catch (UnknownHostException e) {
      throw new WireFailure("an address of " + bytes.length + " bytes", e);
    }
  }
}
