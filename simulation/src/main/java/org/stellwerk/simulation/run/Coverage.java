package org.stellwerk.simulation.run;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** How often each thing of interest happened, by name. Not thread-safe. */
public final class Coverage {

  private final Map<String, Long> counts = new TreeMap<>();

  /** Counts one more. */
  void count(String name) {
    counts.merge(name, 1L, Long::sum);
  }

  /** Counts so many more. */
  void add(String name, long more) {
    if (more > 0) {
      counts.merge(name, more, Long::sum);
    }
  }

  /** Adds what another one has counted. */
  void add(Coverage other) {
    other.counts.forEach((name, count) -> counts.merge(name, count, Long::sum));
  }

  /** How often it happened. */
  public long of(String name) {
    return counts.getOrDefault(name, 0L);
  }

  /** All that happened at least once, sorted by name. */
  public Map<String, Long> counts() {
    return Collections.unmodifiableMap(counts);
  }

  /** Those of the names that never happened. */
  public Collection<String> missing(Collection<String> names) {
    return names.stream().filter(name -> of(name) == 0).toList();
  }
}
