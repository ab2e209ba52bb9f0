package org.stellwerk.rpc.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Array;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.stellwerk.rpc.codec.WireTypeProvider.Surrogate;

/**
 * Serializers of values that hold others: collections, maps, arrays, Optional, enums, stand-ins.
 */
final class ContainerSerializers {

  private ContainerSerializers() {}

  /** Base: depth counts. */
  private abstract static class Container extends WireSerializer {
    @Override
    boolean isLeaf() {
      return false;
    }
  }

  /** Lists and sets, in their order. */
  static final class Elements extends Container {
    private final Slot element;
    private final IntFunction<Collection<Object>> factory;
    private final UnaryOperator<Collection<Object>> seal;

    Elements(
        Slot element,
        IntFunction<Collection<Object>> factory,
        UnaryOperator<Collection<Object>> seal) {
      this.element = element;
      this.factory = factory;
      this.seal = seal;
    }

    @Override
    public void write(Kryo kryo, Output output, Object value) {
      Collection<?> collection = (Collection<?>) value;
      output.writeVarInt(collection.size(), true);
      int written = 0;
      for (Object each : collection) {
        try {
          element.write(kryo, output, each);
        } catch (RuntimeException e) {
          throw WireFailure.of(e).in("[" + written + "]");
        }
        written++;
      }
      checkSize(collection.size(), written);
    }

    @Override
    Object readValue(Kryo kryo, WireInput input) {
      int size = input.readCount(1);
      Collection<Object> collection = factory.apply(size);
      for (int i = 0; i < size; i++) {
        try {
          collection.add(element.read(kryo, input));
        } catch (RuntimeException e) {
          throw WireFailure.of(e).in("[" + i + "]");
        }
      }
      return seal.apply(collection);
    }
  }

  private static void checkSize(int announced, int written) {
    if (announced != written) {
      throw new WireFailure("the collection changed while it was written");
    }
  }

  /** Maps, in their order. */
  static final class Entries extends Container {
    private final Slot key;
    private final Slot value;
    private final IntFunction<Map<Object, Object>> factory;
    private final UnaryOperator<Map<Object, Object>> seal;

    Entries(
        Slot key,
        Slot value,
        IntFunction<Map<Object, Object>> factory,
        UnaryOperator<Map<Object, Object>> seal) {
      this.key = key;
      this.value = value;
      this.factory = factory;
      this.seal = seal;
    }

    @Override
    public void write(Kryo kryo, Output output, Object value) {
      Map<?, ?> map = (Map<?, ?>) value;
      output.writeVarInt(map.size(), true);
      int written = 0;
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        try {
          key.write(kryo, output, entry.getKey());
          this.value.write(kryo, output, entry.getValue());
        } catch (RuntimeException e) {
          throw WireFailure.of(e).in("[" + entry.getKey() + "]");
        }
        written++;
      }
      checkSize(map.size(), written);
    }

    @Override
    Object readValue(Kryo kryo, WireInput input) {
      int size = input.readCount(2);
      Map<Object, Object> map = factory.apply(size);
      for (int i = 0; i < size; i++) {
        try {
          Object entryKey = key.read(kryo, input);
          map.put(entryKey, value.read(kryo, input));
        } catch (RuntimeException e) {
          throw WireFailure.of(e).in("[entry " + i + "]");
        }
      }
      return seal.apply(map);
    }
  }

  /** A map with an enum's keys. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  static WireSerializer enumMap(Class<?> keyType, Slot key, Slot value) {
    return new Entries(
        key, value, size -> (Map<Object, Object>) new EnumMap(keyType), UnaryOperator.identity());
  }

  /** A set of an enum's constants. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  static WireSerializer enumSet(Class<?> type, Slot element) {
    return new Elements(
        element,
        size -> (Collection<Object>) EnumSet.noneOf((Class) type),
        UnaryOperator.identity());
  }

  /** Arrays of references. */
  static final class Elementwise extends Container {
    private final Class<?> component;
    private final Slot element;

    Elementwise(Class<?> component, Slot element) {
      this.component = component;
      this.element = element;
    }

    @Override
    public void write(Kryo kryo, Output output, Object value) {
      Object[] array = (Object[]) value;
      output.writeVarInt(array.length, true);
      for (int i = 0; i < array.length; i++) {
        try {
          element.write(kryo, output, array[i]);
        } catch (RuntimeException e) {
          throw WireFailure.of(e).in("[" + i + "]");
        }
      }
    }

    @Override
    Object readValue(Kryo kryo, WireInput input) {
      Object[] array = (Object[]) Array.newInstance(component, input.readCount(1));
      for (int i = 0; i < array.length; i++) {
        try {
          array[i] = element.read(kryo, input);
        } catch (RuntimeException e) {
          throw WireFailure.of(e).in("[" + i + "]");
        }
      }
      return array;
    }
  }

  /** Optional: what is in it, or null. */
  static final class OptionalValue extends Container {
    private final Slot content;

    OptionalValue(Slot content) {
      this.content = content;
    }

    @Override
    public void write(Kryo kryo, Output output, Object value) {
      Object inside = ((Optional<?>) value).orElse(null);
      content.write(kryo, output, inside);
    }

    @Override
    Object readValue(Kryo kryo, WireInput input) {
      return Optional.ofNullable(content.read(kryo, input));
    }
  }

  /** An enum's constant, by its position. */
  static final class Constant extends WireSerializer {
    private final Object[] constants;

    Constant(Class<?> type) {
      constants = type.getEnumConstants();
    }

    @Override
    @SuppressWarnings("EnumOrdinal") // the constants' names and order are part of the hash
    public void write(Kryo kryo, Output output, Object value) {
      output.writeVarInt(((Enum<?>) value).ordinal(), true);
    }

    @Override
    Object readValue(Kryo kryo, WireInput input) {
      int position = input.readVarInt(true);
      if (position < 0 || position >= constants.length) {
        throw new WireFailure("constant " + position + " of " + constants.length);
      }
      return constants[position];
    }
  }

  /** A class that travels as a record. */
  static final class InPlaceOf<T, R extends Record> extends Container {
    private final Surrogate<T, R> surrogate;
    private final RecordSerializer form;

    InPlaceOf(Surrogate<T, R> surrogate, RecordSerializer form) {
      this.surrogate = surrogate;
      this.form = form;
    }

    @Override
    public void write(Kryo kryo, Output output, Object value) {
      form.write(kryo, output, surrogate.toWire().apply(surrogate.type().cast(value)));
    }

    @Override
    Object readValue(Kryo kryo, WireInput input) {
      return surrogate.fromWire().apply(surrogate.wireForm().cast(form.readValue(kryo, input)));
    }
  }

  /** A throwable: type, message, stack, causes. */
  static final class Failure extends WireSerializer {
    private final Class<?> declared;
    private final FailureCodec codec;

    Failure(Class<?> declared, FailureCodec codec) {
      this.declared = declared;
      this.codec = codec;
    }

    @Override
    public void write(Kryo kryo, Output output, Object value) {
      codec.write(output, (Throwable) value);
    }

    @Override
    Object readValue(Kryo kryo, WireInput input) {
      Throwable failure = codec.read(input);
      if (!declared.isInstance(failure)) {
        throw new WireFailure(failure.getClass().getName() + " is not a " + declared.getName());
      }
      return failure;
    }
  }
}
