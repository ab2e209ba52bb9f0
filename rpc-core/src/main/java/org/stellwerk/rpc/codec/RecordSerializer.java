package org.stellwerk.rpc.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Output;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;

/**
 * A record: its components in order. Reading calls the canonical constructor, so that what the
 * record refuses is refused here as well; by reflection, which on JDK 17 costs half of what a
 * method handle does with the quick compiler, and no classes of its own when it is first used. The
 * handles of the accessors are made with the first write: a process uses few of the types that it
 * knows, and a handle's code is a class of its own, so that all of them would be a tenth of a
 * process's start.
 */
final class RecordSerializer extends WireSerializer {

  private static final MethodType GETTER = MethodType.methodType(Object.class, Object.class);

  private final Class<?> type;
  private final MethodHandles.Lookup lookup;
  private final String[] names;
  private final Class<?>[] parameters;
  private final Slot[] slots;
  // Threads that come first at once make the same twice; the last one stays.
  private volatile MethodHandle @Nullable [] accessors;
  private volatile @Nullable Constructor<?> constructor;

  /** A serializer whose slots are still to be filled in, before its first use. */
  RecordSerializer(Class<?> type) {
    this.type = type;
    RecordComponent[] components = type.getRecordComponents();
    names = new String[components.length];
    parameters = new Class<?>[components.length];
    slots = new Slot[components.length];
    for (int i = 0; i < components.length; i++) {
      names[i] = components[i].getName();
      parameters[i] = components[i].getType();
    }
    try {
      lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
    } catch (IllegalAccessException e) {
      throw inaccessible(e);
    }
  }

  private MethodHandle[] accessors() {
    MethodHandle[] known = accessors;
    if (known != null) {
      return known;
    }
    MethodHandle[] made = new MethodHandle[names.length];
    try {
      for (int i = 0; i < made.length; i++) {
        made[i] =
            lookup.findVirtual(type, names[i], MethodType.methodType(parameters[i])).asType(GETTER);
      }
    } catch (ReflectiveOperationException e) {
      throw inaccessible(e);
    }
    accessors = made;
    return made;
  }

  private Constructor<?> constructor() {
    Constructor<?> known = constructor;
    if (known != null) {
      return known;
    }
    try {
      Constructor<?> made = type.getDeclaredConstructor(parameters);
      made.setAccessible(true);
      constructor = made;
      return made;
    } catch (ReflectiveOperationException e) {
      throw inaccessible(e);
    }
  }

  private RpcRuntimeException inaccessible(ReflectiveOperationException cause) {
    return new RpcRuntimeException("Record " + type.getName() + " cannot be accessed", cause);
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
    MethodHandle[] getters = accessors();
    for (int i = 0; i < slots.length; i++) {
      try {
        Object component = (Object) getters[i].invokeExact(value);
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
      return constructor().newInstance(components);
    } catch (InvocationTargetException e) {
      throw refused(e.getCause() == null ? e : e.getCause());
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      throw refused(e);
    }
  }

  private WireFailure refused(Throwable cause) {
    return new WireFailure(type.getSimpleName() + " refuses its components: " + cause, cause);
  }
}
