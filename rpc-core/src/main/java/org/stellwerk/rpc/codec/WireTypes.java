package org.stellwerk.rpc.codec;

import com.esotericsoftware.kryo.Kryo;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.stellwerk.rpc.codec.WireTypeProvider.Surrogate;

/**
 * Finds the types that a gateway's signatures reach and makes the slots that write them. Used by
 * one thread while a gateway is described; what it makes is immutable.
 */
final class WireTypes {

  private static final Slot TEXT = new Slot.Text();
  private static final Slot ANYTHING = new Slot.Open(Object.class);

  private final Map<Class<?>, Surrogate<?, ?>> surrogates;
  private final FailureCodec failures;
  private final Map<WireType, Slot> slots = new HashMap<>();
  private final TreeMap<String, Class<?>> numbered = new TreeMap<>();
  private final Map<Class<?>, WireSerializer> registrations = new LinkedHashMap<>();
  private boolean open;

  WireTypes(Map<Class<?>, Surrogate<?, ?>> surrogates, FailureCodec failures) {
    this.surrogates = surrogates;
    this.failures = failures;
  }

  /** Whether a place was found whose type says nothing about what may stand there. */
  boolean isOpen() {
    return open;
  }

  /** The types that need a number, sorted by name. */
  Collection<Class<?>> numbered() {
    return numbered.values();
  }

  /**
   * The slot for a type.
   *
   * @throws WireFailure saying which part of the type cannot cross, and where it is
   */
  Slot slotFor(WireType type) {
    check(type, new HashSet<>());
    return compile(type);
  }

  private void check(WireType type, Set<WireType> seen) {
    Class<?> raw = type.raw();
    if (!seen.add(type) || slots.containsKey(type) || isSimple(raw)) {
      return;
    }
    if (raw.isArray()) {
      check(type.argument(0), seen);
    } else if (raw.isRecord()) {
      for (RecordComponent component : raw.getRecordComponents()) {
        try {
          check(WireType.of(component.getGenericType(), type.bindings()), seen);
        } catch (WireFailure e) {
          throw e.in("." + component.getName());
        }
      }
    } else if (surrogates.get(raw) != null) {
      check(new WireType(surrogates.get(raw).wireForm(), List.of()), seen);
    } else if (isContainer(raw)) {
      type.arguments().forEach(argument -> check(argument, seen));
      checkEnumKeys(type);
    } else if (raw.isSealed()) {
      for (Class<?> permitted : raw.getPermittedSubclasses()) {
        check(new WireType(permitted, List.of()), seen);
      }
      type.arguments().forEach(argument -> check(argument, seen));
    } else if (!raw.isInterface()
        && !Modifier.isAbstract(raw.getModifiers())
        && raw != Object.class) {
      throw new WireFailure(
          raw.getName() + " is none of record, enum and sealed type, nor announced as a wire type");
    }
  }

  private static void checkEnumKeys(WireType type) {
    Class<?> raw = type.raw();
    if ((raw == EnumMap.class || raw == EnumSet.class) && !type.argument(0).raw().isEnum()) {
      throw new WireFailure(type + " does not say of which enum");
    }
  }

  private static boolean isSimple(Class<?> raw) {
    return ValueSerializers.BY_CLASS.containsKey(raw)
        || raw == Void.class
        || raw == void.class
        || raw.isEnum()
        || Throwable.class.isAssignableFrom(raw);
  }

  private static boolean isContainer(Class<?> raw) {
    return raw == Optional.class
        || raw == Collection.class
        || raw == Iterable.class
        || raw == List.class
        || raw == Set.class
        || raw == Map.class
        || raw == SortedMap.class
        || raw == NavigableMap.class
        || raw == SortedSet.class
        || raw == NavigableSet.class
        || raw == EnumMap.class
        || raw == EnumSet.class;
  }

  private Slot compile(WireType type) {
    Slot known = slots.get(type);
    if (known != null) {
      return known;
    }
    Class<?> raw = type.raw();
    WireSerializer value = ValueSerializers.BY_CLASS.get(raw);
    Slot slot;
    if (raw == String.class) {
      slot = TEXT;
    } else if (value != null) {
      slot = raw.isPrimitive() ? new Slot.Primitive(value) : new Slot.Fixed(raw, value);
    } else if (raw == Void.class || raw == void.class) {
      slot = new Slot.Nothing();
    } else if (Throwable.class.isAssignableFrom(raw)) {
      slot = new Slot.Fixed(raw, new ContainerSerializers.Failure(raw, failures));
    } else if (raw.isEnum()) {
      number(raw);
      slot = new Slot.Fixed(raw, new ContainerSerializers.Constant(raw));
    } else if (raw.isRecord()) {
      return compileRecord(type);
    } else if (raw.isArray()) {
      number(raw);
      slot = new Slot.Fixed(raw, array(type));
    } else if (surrogates.get(raw) != null) {
      number(raw);
      slot = new Slot.Fixed(raw, surrogate(surrogates.get(raw)));
    } else if (isContainer(raw)) {
      slot = new Slot.Fixed(raw, container(type));
    } else {
      return compileOpen(type);
    }
    slots.put(type, slot);
    return slot;
  }

  private void number(Class<?> raw) {
    numbered.put(raw.getName(), raw);
  }

  private Slot compileRecord(WireType type) {
    RecordSerializer serializer = new RecordSerializer(type.raw());
    Slot slot = new Slot.Fixed(type.raw(), serializer);
    slots.put(type, slot);
    number(type.raw());
    RecordComponent[] components = type.raw().getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      serializer.fill(i, compile(WireType.of(components[i].getGenericType(), type.bindings())));
    }
    return slot;
  }

  private Slot compileOpen(WireType type) {
    Slot slot = new Slot.Open(type.raw());
    slots.put(type, slot);
    if (type.raw().isSealed()) {
      for (Class<?> permitted : type.raw().getPermittedSubclasses()) {
        compile(new WireType(permitted, List.of()));
      }
      type.arguments().forEach(this::compile);
    } else {
      open = true;
    }
    return slot;
  }

  private WireSerializer array(WireType type) {
    WireType component = type.argument(0);
    return new ContainerSerializers.Elementwise(component.raw(), compile(component));
  }

  private <T, R extends Record> WireSerializer surrogate(Surrogate<T, R> surrogate) {
    Slot form = compile(new WireType(surrogate.wireForm(), List.of()));
    return new ContainerSerializers.InPlaceOf<>(
        surrogate, (RecordSerializer) ((Slot.Fixed) form).serializer());
  }

  private WireSerializer container(WireType type) {
    Class<?> raw = type.raw();
    Slot first = compile(type.argument(0));
    if (raw == Optional.class) {
      return new ContainerSerializers.OptionalValue(first);
    } else if (raw == EnumSet.class) {
      return ContainerSerializers.enumSet(type.argument(0).raw(), first);
    } else if (raw == Set.class) {
      return set(first);
    } else if (SortedSet.class.isAssignableFrom(raw)) {
      return new ContainerSerializers.Elements(
          first,
          size -> new TreeSet<>(),
          elements -> Collections.unmodifiableNavigableSet((TreeSet<Object>) elements));
    } else if (raw == EnumMap.class) {
      return ContainerSerializers.enumMap(type.argument(0).raw(), first, compile(type.argument(1)));
    } else if (raw == Map.class) {
      return map(first, compile(type.argument(1)));
    } else if (SortedMap.class.isAssignableFrom(raw)) {
      return new ContainerSerializers.Entries(
          first,
          compile(type.argument(1)),
          size -> new TreeMap<>(),
          map -> Collections.unmodifiableNavigableMap((TreeMap<Object, Object>) map));
    }
    return list(first);
  }

  private static WireSerializer list(Slot element) {
    return new ContainerSerializers.Elements(
        element,
        ArrayList::new,
        elements -> Collections.unmodifiableList((ArrayList<Object>) elements));
  }

  private static WireSerializer set(Slot element) {
    return new ContainerSerializers.Elements(
        element,
        size -> new LinkedHashSet<>(),
        elements -> Collections.unmodifiableSet((LinkedHashSet<Object>) elements));
  }

  private static WireSerializer map(Slot key, Slot value) {
    return new ContainerSerializers.Entries(
        key, value, size -> new LinkedHashMap<>(), Collections::unmodifiableMap);
  }

  /** Makes what {@link #register} needs; nothing is added to the types after it. */
  void finish() {
    int before;
    do {
      before = numbered.size();
      for (Class<?> type : List.copyOf(numbered.values())) {
        slotFor(WireType.of(type, Map.of()));
      }
    } while (numbered.size() > before);
    registrations.putAll(ValueSerializers.BY_CLASS);
    registrations.put(List.class, list(ANYTHING));
    registrations.put(Set.class, set(ANYTHING));
    registrations.put(Map.class, map(ANYTHING, ANYTHING));
    registrations.put(Optional.class, new ContainerSerializers.OptionalValue(ANYTHING));
    registrations.put(Throwable.class, new ContainerSerializers.Failure(Throwable.class, failures));
    for (Class<?> type : numbered.values()) {
      Slot.Fixed slot = (Slot.Fixed) compile(WireType.of(type, Map.of()));
      registrations.put(type, slot.serializer());
    }
  }

  /**
   * Registers, in an order that both sides share, every class that may stand in an open place: the
   * platform's values, the containers, throwables, then the numbered types. The numbers begin at 0,
   * where they replace Kryo's own serializers, which believe any length.
   */
  void register(Kryo kryo) {
    int number = 0;
    for (Map.Entry<Class<?>, WireSerializer> each : registrations.entrySet()) {
      kryo.register(each.getKey(), each.getValue(), number++);
    }
  }

  /** A text that differs if the two sides would not understand each other. */
  String fingerprint() {
    StringBuilder text = new StringBuilder();
    for (Class<?> type : numbered.values()) {
      text.append("type ").append(type.getName());
      if (type.isEnum()) {
        for (Object constant : type.getEnumConstants()) {
          text.append(' ').append(((Enum<?>) constant).name());
        }
      } else if (type.isRecord()) {
        appendComponents(text, type);
      } else if (surrogates.get(type) != null) {
        appendComponents(text, surrogates.get(type).wireForm());
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static void appendComponents(StringBuilder text, Class<?> type) {
    for (RecordComponent component : type.getRecordComponents()) {
      text.append(' ')
          .append(component.getName())
          .append(':')
          .append(component.getGenericType().getTypeName());
    }
  }
}
