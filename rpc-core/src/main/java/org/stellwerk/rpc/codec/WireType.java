package org.stellwerk.rpc.codec;

import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A type as a signature names it, with type variables and wildcards replaced by what they stand
 * for.
 *
 * @param raw the class
 * @param arguments type arguments, or the component type of an array
 */
record WireType(Class<?> raw, List<WireType> arguments) {

  static final WireType OBJECT = new WireType(Object.class, List.of());

  WireType {
    arguments = List.copyOf(arguments);
  }

  static WireType of(Type type, Map<TypeVariable<?>, WireType> bindings) {
    if (type instanceof Class<?> clazz) {
      return clazz.isArray()
          ? new WireType(clazz, List.of(of(clazz.getComponentType(), bindings)))
          : new WireType(clazz, List.of());
    } else if (type instanceof ParameterizedType parameterized) {
      List<WireType> arguments = new ArrayList<>();
      for (Type argument : parameterized.getActualTypeArguments()) {
        arguments.add(of(argument, bindings));
      }
      return new WireType((Class<?>) parameterized.getRawType(), arguments);
    } else if (type instanceof GenericArrayType array) {
      WireType component = of(array.getGenericComponentType(), bindings);
      return new WireType(Array.newInstance(component.raw, 0).getClass(), List.of(component));
    } else if (type instanceof TypeVariable<?> variable) {
      WireType bound = bindings.get(variable);
      return bound != null ? bound : new WireType(erase(variable.getBounds()[0]), List.of());
    } else if (type instanceof WildcardType wildcard) {
      return of(wildcard.getUpperBounds()[0], bindings);
    }
    throw new IllegalArgumentException("Unknown kind of type: " + type);
  }

  private static Class<?> erase(Type type) {
    if (type instanceof Class<?> clazz) {
      return clazz;
    } else if (type instanceof ParameterizedType parameterized) {
      return (Class<?>) parameterized.getRawType();
    } else if (type instanceof TypeVariable<?> variable) {
      return erase(variable.getBounds()[0]);
    }
    return Object.class;
  }

  /** What the type variables of every supertype of a class stand for. */
  static Map<TypeVariable<?>, WireType> bindingsOf(Class<?> clazz) {
    Map<TypeVariable<?>, WireType> bindings = new HashMap<>();
    bindSupertypes(clazz, bindings);
    return bindings;
  }

  private static void bindSupertypes(Class<?> clazz, Map<TypeVariable<?>, WireType> bindings) {
    for (Type parent : clazz.getGenericInterfaces()) {
      if (parent instanceof ParameterizedType parameterized) {
        WireType bound = of(parameterized, bindings);
        bindings.putAll(bound.bindings());
        bindSupertypes(bound.raw, bindings);
      } else if (parent instanceof Class<?> plain) {
        bindSupertypes(plain, bindings);
      }
    }
  }

  /** What the type variables of the raw class stand for. */
  Map<TypeVariable<?>, WireType> bindings() {
    TypeVariable<?>[] variables = raw.getTypeParameters();
    Map<TypeVariable<?>, WireType> bindings = new HashMap<>();
    for (int i = 0; i < variables.length && i < arguments.size(); i++) {
      bindings.put(variables[i], arguments.get(i));
    }
    return bindings;
  }

  /** A type argument; Object if the signature leaves it out. */
  WireType argument(int index) {
    return index < arguments.size() ? arguments.get(index) : OBJECT;
  }

  @Override
  public String toString() {
    if (raw.isArray()) {
      return argument(0) + "[]";
    }
    return arguments.isEmpty()
        ? raw.getName()
        : raw.getName()
            + arguments.stream().map(WireType::toString).collect(Collectors.joining(",", "<", ">"));
  }
}
