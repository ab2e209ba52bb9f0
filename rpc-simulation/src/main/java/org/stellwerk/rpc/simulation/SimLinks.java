package org.stellwerk.rpc.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All links, by the places of nodes: each name has one, from its first mention on. */
final class SimLinks {

  private final Map<String, Integer> places = new LinkedHashMap<>();
  private @Nullable SimLink[] links = {};
  private int capacity;

  /** The place of all nodes of this name. */
  int place(String name) {
    Integer known = places.get(name);
    if (known != null) {
      return known;
    }
    int place = places.size();
    places.put(name, place);
    if (place >= capacity) {
      grow(Math.max(8, 2 * capacity));
    }
    for (int other = 0; other < place; other++) {
      links[place * capacity + other] = new SimLink();
      links[other * capacity + place] = new SimLink();
    }
    links[place * capacity + place] = new SimLink();
    return place;
  }

  private void grow(int newCapacity) {
    @Nullable SimLink[] grown = new SimLink[newCapacity * newCapacity];
    for (int from = 0; from < capacity; from++) {
      System.arraycopy(links, from * capacity, grown, from * newCapacity, capacity);
    }
    links = grown;
    capacity = newCapacity;
  }

  /** Whether the name was mentioned before. */
  boolean knows(String name) {
    return places.containsKey(name);
  }

  SimLink at(int from, int to) {
    SimLink link = links[from * capacity + to];
    if (link == null) {
      throw new IllegalStateException("No nodes have the places " + from + " and " + to);
    }
    return link;
  }

  SimLink between(String from, String to) {
    return at(place(from), place(to));
  }

  /** Every name that was mentioned, but not these. */
  List<String> namesBut(Collection<String> excluded) {
    List<String> names = new ArrayList<>(places.keySet());
    names.removeAll(excluded);
    return names;
  }

  void forEach(Consumer<SimLink> action) {
    Arrays.stream(links)
        .forEach(
            link -> {
              if (link != null) {
                action.accept(link);
              }
            });
  }
}
