package org.stellwerk.runtime.io;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.stellwerk.runtime.messages.ProducerLocations;
import org.stellwerk.runtime.messages.ProducerLocations.ProducerLocation;

/**
 * The places of producers, unpacked once for all consumers here: 500 tasks that read from the same
 * 500 producers share their names, instead of each having 500 of its own. Kept for as long as a
 * task's deployment is. Thread-safe.
 */
final class ProducerPlaces {

  private final Map<ProducerLocations, List<ProducerLocation>> unpacked = new WeakHashMap<>();

  /** The producers by subtask. */
  synchronized List<ProducerLocation> of(ProducerLocations packed) {
    return unpacked.computeIfAbsent(packed, ProducerPlaces::unpack);
  }

  private static List<ProducerLocation> unpack(ProducerLocations packed) {
    List<ProducerLocation> bySubtask = new ArrayList<>(packed.size());
    for (int subtask = 0; subtask < packed.size(); subtask++) {
      bySubtask.add(packed.get(subtask));
    }
    return bySubtask;
  }
}
