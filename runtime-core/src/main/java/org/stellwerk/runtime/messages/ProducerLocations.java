package org.stellwerk.runtime.messages;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * Where the subtasks of a producing vertex run: sent once per TaskExecutor, not once per consumer.
 * Each TaskExecutor is named once and two small numbers stand for each subtask, as every
 * TaskExecutor with a consumer is sent the places of all producers.
 *
 * @param executionGraphId part of the identity of all the attempts
 * @param taskManagers the places, each once
 * @param places by subtask the index of its place; -1 while it waits for a slot
 * @param attemptNumbers by subtask the number of its current attempt
 */
public record ProducerLocations(
    JobVertexID producer,
    ExecutionGraphId executionGraphId,
    List<TaskManagerLocation> taskManagers,
    int[] places,
    int[] attemptNumbers) {

  /** Stands for the place of a subtask that has none. */
  private static final int NOWHERE = -1;

  public ProducerLocations {
    taskManagers = List.copyOf(taskManagers);
    if (places.length != attemptNumbers.length) {
      throw new IllegalArgumentException(
          places.length + " places of " + attemptNumbers.length + " subtasks");
    }
    for (int place : places) {
      if (place < NOWHERE || place >= taskManagers.size()) {
        throw new IllegalArgumentException("There is no place " + place);
      }
    }
  }

  /**
   * One producer.
   *
   * @param attemptId its current attempt
   * @param location the TaskExecutor that runs it; null while it waits for a slot, which is so only
   *     for producers that none of the tasks in the same deployment reads from
   */
  public record ProducerLocation(
      ExecutionAttemptID attemptId, @Nullable TaskManagerLocation location) {}

  /** Packs the places of all subtasks of a vertex, by index; there is at least one. */
  public static ProducerLocations of(JobVertexID producer, List<ProducerLocation> bySubtask) {
    Map<TaskManagerLocation, Integer> indices = new LinkedHashMap<>();
    int[] places = new int[bySubtask.size()];
    int[] attemptNumbers = new int[bySubtask.size()];
    for (int subtask = 0; subtask < places.length; subtask++) {
      ProducerLocation each = bySubtask.get(subtask);
      TaskManagerLocation location = each.location();
      int known = indices.size();
      places[subtask] =
          location == null ? NOWHERE : indices.computeIfAbsent(location, unused -> known);
      attemptNumbers[subtask] = each.attemptId().attemptNumber();
    }
    return new ProducerLocations(
        producer,
        bySubtask.get(0).attemptId().executionGraphId(),
        new ArrayList<>(indices.keySet()),
        places,
        attemptNumbers);
  }

  /** How many subtasks there are. */
  public int size() {
    return places.length;
  }

  /** The producer of an index. */
  public ProducerLocation get(int subtask) {
    ExecutionVertexID id = new ExecutionVertexID(producer, subtask);
    int place = places[subtask];
    return new ProducerLocation(
        new ExecutionAttemptID(executionGraphId, id, attemptNumbers[subtask]),
        place == NOWHERE ? null : taskManagers.get(place));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ProducerLocations that
        && producer.equals(that.producer)
        && executionGraphId.equals(that.executionGraphId)
        && taskManagers.equals(that.taskManagers)
        && Arrays.equals(places, that.places)
        && Arrays.equals(attemptNumbers, that.attemptNumbers);
  }

  @Override
  public int hashCode() {
    return 31 * producer.hashCode() + Arrays.hashCode(places);
  }

  @Override
  public String toString() {
    return "ProducerLocations[" + producer + ", " + size() + " subtasks on " + taskManagers + "]";
  }
}
