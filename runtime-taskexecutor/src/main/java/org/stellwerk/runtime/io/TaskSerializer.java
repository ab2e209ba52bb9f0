package org.stellwerk.runtime.io;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.CollectionSerializer;
import com.esotericsoftware.kryo.serializers.DefaultSerializers;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import com.esotericsoftware.kryo.serializers.MapSerializer;
import com.esotericsoftware.kryo.util.DefaultInstantiatorStrategy;
import com.esotericsoftware.kryo.util.MapReferenceResolver;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.objenesis.strategy.StdInstantiatorStrategy;

/**
 * Turns records into bytes and back, with a Kryo of the task's own on the job's class loader; made
 * only when a record first needs it. Records, the JDK's collections, arrays, and classes without a
 * no-argument constructor work; cyclic references too. Never used for anything but records of the
 * user. Belongs to one task's thread.
 *
 * <p>A record on the wire: its length as a varint, a tag, the body.
 */
final class TaskSerializer {

  static final int TAG_CLASS_NAME = 0;
  private static final int TAG_KRYO = 1;
  private static final int TAG_STRING = 2;
  private static final int TAG_LONG = 3;
  private static final int TAG_BYTES = 4;

  /** Room before the tag for the longest length. */
  private static final int HEADER = 5;

  private static final int INITIAL_BUFFER = 256;
  private static final int KEEP_BUFFER = 1 << 20;

  private final ClassLoader userClassLoader;
  private final Output output = new Output(INITIAL_BUFFER, -1);
  private final Input input = new Input();
  private final StreamClassResolver resolver = new StreamClassResolver();
  private @Nullable Kryo kryo;
  private int encodedStart;

  TaskSerializer(ClassLoader userClassLoader) {
    this.userClassLoader = userClassLoader;
  }

  /** Encodes a record; the bytes stand in {@link #buffer()} until the next call. */
  void encode(Object record, ClassDictionary dictionary) throws IOException {
    if (output.getBuffer().length > KEEP_BUFFER) {
      output.setBuffer(new byte[INITIAL_BUFFER], -1);
    }
    output.setPosition(HEADER);
    try {
      if (record instanceof String text) {
        output.writeByte(TAG_STRING);
        output.writeString(text);
      } else if (record instanceof Long number) {
        output.writeByte(TAG_LONG);
        output.writeVarLong(number, false);
      } else if (record instanceof byte[] bytes) {
        output.writeByte(TAG_BYTES);
        output.writeBytes(bytes);
      } else {
        output.writeByte(TAG_KRYO);
        resolver.writeWith(dictionary);
        kryo().writeClassAndObject(output, record);
      }
    } catch (RuntimeException | StackOverflowError e) {
      throw new IOException(
          "A record of " + record.getClass() + " cannot be serialised: " + firstLine(e), e);
    }
    putLength();
  }

  byte[] buffer() {
    return output.getBuffer();
  }

  int start() {
    return encodedStart;
  }

  int length() {
    return output.position() - encodedStart;
  }

  /** The varint of the body's length, right before the body. */
  private void putLength() {
    int length = output.position() - HEADER;
    encodedStart = HEADER - VarInts.size(length);
    VarInts.put(output.getBuffer(), encodedStart, length);
  }

  /**
   * Decodes tag and body.
   *
   * @param dictionary the classes that the stream has named so far; a name is added to it
   * @return null if it was a class name
   */
  @Nullable Object decode(byte[] data, int offset, int length, List<Class<?>> dictionary)
      throws IOException {
    int tag = data[offset];
    try {
      input.setBuffer(data, offset + 1, length - 1);
      switch (tag) {
        case TAG_STRING -> {
          return input.readString();
        }
        case TAG_LONG -> {
          return input.readVarLong(false);
        }
        case TAG_BYTES -> {
          return input.readBytes(length - 1);
        }
        case TAG_KRYO -> {
          resolver.readWith(dictionary);
          return kryo().readClassAndObject(input);
        }
        case TAG_CLASS_NAME -> {
          String name = new String(data, offset + 1, length - 1, StandardCharsets.UTF_8);
          dictionary.add(Class.forName(name, false, userClassLoader));
          return null;
        }
        default -> throw new IOException("unknown kind of record: " + tag);
      }
    } catch (ClassNotFoundException e) {
      throw new IOException("the class " + e.getMessage() + " is not in the job's jars", e);
    } catch (RuntimeException e) {
      throw new IOException(firstLine(e), e);
    }
  }

  private Kryo kryo() {
    Kryo current = kryo;
    if (current == null) {
      current = newKryo();
      kryo = current;
    }
    return current;
  }

  private Kryo newKryo() {
    Kryo made = new RecordKryo(resolver);
    made.setClassLoader(userClassLoader);
    made.setRegistrationRequired(false);
    made.setInstantiatorStrategy(new DefaultInstantiatorStrategy(new StdInstantiatorStrategy()));
    made.addDefaultSerializer(UUID.class, DefaultSerializers.UUIDSerializer.class);
    made.addDefaultSerializer(Throwable.class, JavaSerializer.class);
    made.addDefaultSerializer(EnumMap.class, JavaSerializer.class);
    return made;
  }

  private static String firstLine(Throwable e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end).trim();
  }

  /** Kryo that chooses other serialisers for what the JDK does not let it into. */
  private static final class RecordKryo extends Kryo {

    RecordKryo(StreamClassResolver resolver) {
      super(resolver, new ValuesByValue());
    }

    @Override
    @SuppressWarnings({"rawtypes", "unchecked"})
    public Serializer getDefaultSerializer(Class type) {
      Serializer chosen = super.getDefaultSerializer(type);
      if (!type.getName().startsWith("java.")) {
        return chosen;
      }
      Class<?> kind = chosen.getClass();
      if ((kind == CollectionSerializer.class || kind == MapSerializer.class)
          && !hasPublicConstructor((Class<?>) type)) {
        return new JdkCollectionSerializer();
      }
      return chosen;
    }

    /** For classes that nothing else fits: of the JDK's own, no field can be read. */
    @Override
    @SuppressWarnings("rawtypes")
    protected Serializer newDefaultSerializer(Class type) {
      boolean closed =
          type.getName().startsWith("java.") && Serializable.class.isAssignableFrom(type);
      return closed ? new JavaSerializer() : super.newDefaultSerializer(type);
    }

    private static boolean hasPublicConstructor(Class<?> type) {
      return Modifier.isPublic(type.getModifiers())
          && Arrays.stream(type.getConstructors()).anyMatch(c -> c.getParameterCount() == 0);
    }
  }

  /** Texts are never looked up as references: that costs more than writing them again. */
  private static final class ValuesByValue extends MapReferenceResolver {
    @Override
    @SuppressWarnings("rawtypes")
    public boolean useReferences(Class type) {
      return type != String.class && super.useReferences(type);
    }
  }
}
