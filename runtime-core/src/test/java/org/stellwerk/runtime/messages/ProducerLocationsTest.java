package org.stellwerk.runtime.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.ProducerLocations.ProducerLocation;

final class ProducerLocationsTest {

  private static final JobVertexID VERTEX = new JobVertexID(new UUID(1, 1));
  private static final ExecutionGraphId GRAPH = new ExecutionGraphId(new UUID(2, 2));

  private static ExecutionAttemptID attempt(int subtask, int number) {
    return new ExecutionAttemptID(GRAPH, new ExecutionVertexID(VERTEX, subtask), number);
  }

  private static TaskManagerLocation location(int index) {
    return new TaskManagerLocation(new ResourceID("tm-" + index), "host-" + index, 4000);
  }

  @Test
  void givesBackWhatWasPacked() {
    List<ProducerLocation> bySubtask = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      bySubtask.add(new ProducerLocation(attempt(i, i % 3), i == 7 ? null : location(i % 4)));
    }
    ProducerLocations packed = ProducerLocations.of(VERTEX, bySubtask);
    assertThat(packed.size()).isEqualTo(20);
    for (int i = 0; i < 20; i++) {
      assertThat(packed.get(i)).isEqualTo(bySubtask.get(i));
    }
  }

  @Test
  void namesEachTaskManagerOnce() {
    ProducerLocations packed =
        ProducerLocations.of(
            VERTEX,
            List.of(
                new ProducerLocation(attempt(0, 0), location(1)),
                new ProducerLocation(attempt(1, 0), location(0)),
                new ProducerLocation(attempt(2, 0), location(1))));
    assertThat(packed.taskManagers()).containsExactly(location(1), location(0));
    assertThat(packed.places()).containsExactly(0, 1, 0);
  }

  @Test
  void refusesAPlaceThatIsNotListed() {
    assertThatThrownBy(
            () ->
                new ProducerLocations(
                    VERTEX, GRAPH, List.of(location(0)), new int[] {1}, new int[] {0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no place 1");
  }
}
