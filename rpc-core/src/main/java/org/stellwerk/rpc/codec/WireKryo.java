package org.stellwerk.rpc.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Kryo for one gateway's types: nothing but registered classes, no references, bounded depth. Every
 * list counts as List, every map as Map and so on, so that what a sender happens to use does not
 * show. Used by one thread.
 */
final class WireKryo extends Kryo {

  private static final int MAX_DEPTH = 200;

  private final IdentityHashMap<Class<?>, Registration> normalised = new IdentityHashMap<>();

  WireKryo(WireTypes types) {
    super(new Numbers(), null);
    setRegistrationRequired(true);
    setMaxDepth(MAX_DEPTH);
    types.register(this);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Registration getRegistration(Class type) {
    Registration known = normalised.get(type);
    if (known != null) {
      return known;
    }
    Registration registration = getClassResolver().getRegistration(type);
    if (registration == null) {
      registration = getClassResolver().getRegistration(family(type));
    }
    if (registration == null) {
      throw new WireFailure(
          "a " + type.getName() + " is not of the types that this gateway may carry");
    }
    normalised.put(type, registration);
    return registration;
  }

  /** Classes have numbers on the wire, never names. */
  private static final class Numbers extends DefaultClassResolver {
    @Override
    protected Registration readName(Input input) {
      throw new WireFailure("a class by name");
    }
  }

  private static Class<?> family(Class<?> type) {
    if (List.class.isAssignableFrom(type)) {
      return List.class;
    } else if (Set.class.isAssignableFrom(type)) {
      return Set.class;
    } else if (Map.class.isAssignableFrom(type)) {
      return Map.class;
    } else if (Collection.class.isAssignableFrom(type)) {
      return List.class;
    } else if (Throwable.class.isAssignableFrom(type)) {
      return Throwable.class;
    } else if (Path.class.isAssignableFrom(type)) {
      return Path.class;
    } else if (InetSocketAddress.class.isAssignableFrom(type)) {
      return InetSocketAddress.class;
    } else if (InetAddress.class.isAssignableFrom(type)) {
      return InetAddress.class;
    } else if (type.getSuperclass() != null && type.getSuperclass().isEnum()) {
      return type.getSuperclass(); // a constant with a body
    }
    return type;
  }
}
