package org.stellwerk.rpc.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Output;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;

/**
 * A record: its components in order. Reading calls the canonical constructor, so that what the
 * record refuses is refused here as well.
 */
final class RecordSerializer extends WireSerializer {

  private static final MethodType GETTER = MethodType.methodType(Object.class, Object.class);
  private static final MethodType CONSTRUCTOR = MethodType.methodType(Object.class, Object[].class);

  private final Class<?> type;
  private final String[] names;
  private final MethodHandle[] accessors;
  private final MethodHandle constructor;
  private final Slot[] slots;

  /** A serializer whose slots are still to be filled in, before its first use. */
  RecordSerializer(Class<?> type) {
    this.type = type;
    RecordComponent[] components = type.getRecordComponents();
    names = new String[components.length];
    accessors = new MethodHandle[components.length];
    slots = new Slot[components.length];
    Class<?>[] parameters = new Class<?>[components.length];
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      for (int i = 0; i < components.length; i++) {
        names[i] = components[i].getName();
        parameters[i] = components[i].getType();
        accessors[i] =
            lookup.findVirtual(type, names[i], MethodType.methodType(parameters[i])).asType(GETTER);
      }
      constructor =
          lookup
              .findConstructor(type, MethodType.methodType(void.class, parameters))
              .asSpreader(Object[].class, components.length)
              .asType(CONSTRUCTOR);
    } catch (ReflectiveOperationException e) {
      throw new RpcRuntimeException("Record " + type.getName() + " cannot be accessed", e);
    }
  }

  void fill(int component, Slot slot) {
    slots[component] = slot;
  }

  @Override
  boolean isLeaf() {
    return false;
  }

  @Override
  public void write(Kryo kryo, Output output, Object value) {
    for (int i = 0; i < slots.length; i++) {
      try {
        Object component = (Object) accessors[i].invokeExact(value);
        slots[i].write(kryo, output, component);
      } catch (Throwable t) {
        throw WireFailure.of(t).in("." + names[i]);
      }
    }
  }

  @Override
  Object readValue(Kryo kryo, WireInput input) {
    Object[] components = new Object[slots.length];
    for (int i = 0; i < slots.length; i++) {
      try {
        components[i] = slots[i].read(kryo, input);
      } catch (RuntimeException e) {
        throw WireFailure.of(e).in("." + names[i]);
      }
    }
    try {
      return (Object) constructor.invokeExact(components);
    } catch (Throwable t) {
      throw new WireFailure(type.getSimpleName() + " refuses its components: " + t, t);
    }
  }
}
