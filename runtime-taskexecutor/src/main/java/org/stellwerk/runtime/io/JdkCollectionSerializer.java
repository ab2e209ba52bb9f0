package org.stellwerk.runtime.io;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * For the JDK's wrappers and views (unmodifiable and synchronized collections, sublists, key sets),
 * which cannot be made from outside: they arrive as plain collections of the same kind and order.
 */
final class JdkCollectionSerializer extends Serializer<Object> {

  private static final int LIST = 0;
  private static final int SET = 1;
  private static final int SORTED_SET = 2;
  private static final int OTHER = 3;
  private static final int MAP = 4;
  private static final int SORTED_MAP = 5;

  @Override
  public void write(Kryo kryo, Output output, Object object) {
    if (object instanceof Map<?, ?> map) {
      boolean sorted = map instanceof SortedMap;
      output.writeByte(sorted ? SORTED_MAP : MAP);
      output.writeVarInt(map.size(), true);
      if (map instanceof SortedMap<?, ?> sortedMap) {
        kryo.writeClassAndObject(output, sortedMap.comparator());
      }
      map.forEach(
          (key, value) -> {
            kryo.writeClassAndObject(output, key);
            kryo.writeClassAndObject(output, value);
          });
      return;
    }
    Collection<?> collection = (Collection<?>) object;
    int kind = kindOf(collection);
    output.writeByte(kind);
    output.writeVarInt(collection.size(), true);
    if (collection instanceof SortedSet<?> sorted) {
      kryo.writeClassAndObject(output, sorted.comparator());
    }
    collection.forEach(element -> kryo.writeClassAndObject(output, element));
  }

  private static int kindOf(Collection<?> collection) {
    if (collection instanceof List) {
      return LIST;
    }
    if (collection instanceof SortedSet) {
      return SORTED_SET;
    }
    return collection instanceof Set ? SET : OTHER;
  }

  @Override
  @SuppressWarnings("unchecked")
  public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
    int kind = input.readByte();
    int size = input.readVarInt(true);
    if (kind == MAP || kind == SORTED_MAP) {
      Map<Object, Object> map =
          kind == MAP
              ? new LinkedHashMap<>()
              : new TreeMap<>((java.util.Comparator<Object>) kryo.readClassAndObject(input));
      kryo.reference(map);
      for (int i = 0; i < size; i++) {
        Object key = kryo.readClassAndObject(input);
        map.put(key, kryo.readClassAndObject(input));
      }
      return map;
    }
    Collection<Object> collection =
        switch (kind) {
          case LIST -> new ArrayList<>();
          case SET -> new LinkedHashSet<>();
          case SORTED_SET ->
              new TreeSet<>((java.util.Comparator<Object>) kryo.readClassAndObject(input));
          case OTHER -> new ArrayDeque<>();
          default -> throw new KryoException("Unknown kind of collection: " + kind);
        };
    kryo.reference(collection);
    for (int i = 0; i < size; i++) {
      collection.add(kryo.readClassAndObject(input));
    }
    return collection;
  }
}
