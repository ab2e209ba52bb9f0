package org.stellwerk.rpc.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All links, by the places of nodes: each name has one, from its first mention on. A link is made
 * when it is first looked at, so that a world of thousands of nodes, of which few speak with each
 * other, does not have a link for each pair of them.
 */
final class SimLinks {

  private static final int INITIAL_ROW = 8;

  private final Map<String, Integer> places = new LinkedHashMap<>();

  /** By the place of the sender, then by that of the receiver. */
  private final List<@Nullable SimLink[]> rows = new ArrayList<>();

  /** The place of all nodes of this name. */
  int place(String name) {
    Integer known = places.get(name);
    if (known != null) {
      return known;
    }
    int place = places.size();
    places.put(name, place);
    rows.add(new SimLink[INITIAL_ROW]);
    return place;
  }

  /** Whether the name was mentioned before. */
  boolean knows(String name) {
    return places.containsKey(name);
  }

  SimLink at(int from, int to) {
    @Nullable SimLink[] row = rows.get(from);
    SimLink link = to < row.length ? row[to] : null;
    return link != null ? link : make(from, to);
  }

  private SimLink make(int from, int to) {
    if (to >= rows.size()) {
      throw new IllegalStateException("No node has the place " + to);
    }
    @Nullable SimLink[] row = rows.get(from);
    if (to >= row.length) {
      row = Arrays.copyOf(row, Math.max(to + 1, 2 * row.length));
      rows.set(from, row);
    }
    SimLink link = new SimLink();
    row[to] = link;
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

  /** Those that were ever looked at; the others are as they were made. */
  void forEach(Consumer<SimLink> action) {
    for (@Nullable SimLink[] row : rows) {
      for (SimLink link : row) {
        if (link != null) {
          action.accept(link);
        }
      }
    }
  }
}
