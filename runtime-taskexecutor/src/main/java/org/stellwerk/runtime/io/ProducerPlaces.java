package org.stellwerk.runtime.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.stellwerk.runtime.messages.ProducerLocations;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/**
 * Which producers of a vertex are where, found out once for all consumers here: 500 tasks that read
 * from the same 500 producers share their names. Kept for as long as a task's deployment is.
 * Thread-safe.
 */
final class ProducerPlaces {

  private final Map<ProducerLocations, List<Place>> known = new WeakHashMap<>();

  /** Producers in one TaskExecutor, at most as many as one request may name. */
  record Place(TaskManagerLocation location, ProducerAttempts producers) {}

  /** All producers by place; those that have none are missing. */
  synchronized List<Place> of(ProducerLocations locations) {
    return known.computeIfAbsent(locations, ProducerPlaces::find);
  }

  /** One producer, which has a place. */
  static Place of(ProducerLocations locations, int subtask) {
    return place(locations, locations.places()[subtask], new int[] {subtask}, 1);
  }

  private static List<Place> find(ProducerLocations locations) {
    List<Place> found = new ArrayList<>();
    int[] subtasks = new int[Math.min(locations.size(), Frames.MAX_CHANNELS)];
    for (int place = 0; place < locations.taskManagers().size(); place++) {
      int count = 0;
      for (int subtask = 0; subtask < locations.size(); subtask++) {
        if (locations.places()[subtask] == place) {
          if (count == subtasks.length) {
            found.add(place(locations, place, subtasks, count));
            count = 0;
          }
          subtasks[count++] = subtask;
        }
      }
      if (count > 0) {
        found.add(place(locations, place, subtasks, count));
      }
    }
    return found;
  }

  private static Place place(ProducerLocations locations, int place, int[] subtasks, int count) {
    int[] those = Arrays.copyOf(subtasks, count);
    int[] attemptNumbers = Arrays.stream(those).map(i -> locations.attemptNumbers()[i]).toArray();
    return new Place(
        locations.taskManagers().get(place),
        new ProducerAttempts(
            locations.executionGraphId(), locations.producer(), those, attemptNumbers));
  }
}
