package org.stellwerk.rpc.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/**
 * A place of a known type in a signature or in a record: writes and reads what stands there, null
 * included. Stateless.
 */
interface Slot {

  void write(Kryo kryo, Output output, @Nullable Object value);

  @Nullable Object read(Kryo kryo, WireInput input);

  /** A place whose type alone says how its value is written; one byte tells null. */
  record Fixed(Class<?> type, WireSerializer serializer) implements Slot {

    @Override
    public void write(Kryo kryo, Output output, @Nullable Object value) {
      if (value == null) {
        output.writeByte(0);
        return;
      }
      if (!type.isInstance(value)) {
        throw new WireFailure(
            "a " + value.getClass().getName() + " stands where " + type.getName() + " is declared");
      }
      output.writeByte(1);
      if (serializer.isLeaf()) {
        serializer.write(kryo, output, value);
      } else {
        kryo.writeObject(output, value, serializer); // counts the depth
      }
    }

    @Override
    public @Nullable Object read(Kryo kryo, WireInput input) {
      return switch (input.readByte()) {
        case 0 -> null;
        case 1 ->
            serializer.isLeaf()
                ? serializer.read(kryo, input, Object.class)
                : kryo.readObject(input, Object.class, serializer);
        default -> throw new WireFailure("neither null nor a value");
      };
    }
  }

  /** A text; its length tells null. */
  record Text() implements Slot {

    @Override
    public void write(Kryo kryo, Output output, @Nullable Object value) {
      WireInput.writeText(output, (String) value);
    }

    @Override
    public @Nullable Object read(Kryo kryo, WireInput input) {
      return input.readText();
    }
  }

  /** A primitive. */
  record Primitive(WireSerializer serializer) implements Slot {

    @Override
    public void write(Kryo kryo, Output output, @Nullable Object value) {
      if (value == null) {
        throw new WireFailure("null stands for a primitive");
      }
      serializer.write(kryo, output, value);
    }

    @Override
    public @Nullable Object read(Kryo kryo, WireInput input) {
      return serializer.read(kryo, input, Object.class);
    }
  }

  /** A place whose value says of which type it is, by the number of its class. */
  record Open(Class<?> type) implements Slot {

    @Override
    public void write(Kryo kryo, Output output, @Nullable Object value) {
      kryo.writeClassAndObject(output, value);
    }

    @Override
    public @Nullable Object read(Kryo kryo, WireInput input) {
      Object value = kryo.readClassAndObject(input);
      if (value != null && !type.isInstance(value)) {
        throw new WireFailure(
            "a " + value.getClass().getName() + " stands where " + type.getName() + " is declared");
      }
      return value;
    }
  }

  /** A place that is always empty, such as the result of a call that has none. */
  record Nothing() implements Slot {

    @Override
    public void write(Kryo kryo, Output output, @Nullable Object value) {
      if (value != null) {
        throw new WireFailure("a value stands where none is declared");
      }
    }

    @Override
    public @Nullable Object read(Kryo kryo, WireInput input) {
      return null;
    }
  }
}
