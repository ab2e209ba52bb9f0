package org.stellwerk.runtime.io;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * The classes that one writer has used so far, numbered in the order of their first use. A channel
 * is sent the names up to the size of the dictionary before a record that may use them. Belongs to
 * one task's thread.
 */
final class ClassDictionary {

  private final IdentityHashMap<Class<?>, Integer> ids = new IdentityHashMap<>();
  private final List<byte[]> encodedNames = new ArrayList<>();

  int idOf(Class<?> type) {
    Integer known = ids.get(type);
    if (known != null) {
      return known;
    }
    int id = encodedNames.size();
    ids.put(type, id);
    encodedNames.add(encode(type.getName().getBytes(StandardCharsets.UTF_8)));
    return id;
  }

  int size() {
    return encodedNames.size();
  }

  /** The name as it stands in the stream: length, tag, text. */
  byte[] encodedName(int id) {
    return encodedNames.get(id);
  }

  private static byte[] encode(byte[] name) {
    int header = VarInts.size(name.length + 1);
    byte[] encoded = new byte[header + 1 + name.length];
    VarInts.put(encoded, 0, name.length + 1);
    encoded[header] = TaskSerializer.TAG_CLASS_NAME;
    System.arraycopy(name, 0, encoded, header + 1, name.length);
    return encoded;
  }
}
