package org.stellwerk.runtime.jobmaster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.id.ResourceID;

class DrainingTaskManagersTest {

  private static final ResourceID ONE = TestGraphs.taskManager(1);
  private static final ResourceID TWO = TestGraphs.taskManager(2);

  private final List<List<ResourceID>> told = new ArrayList<>();
  private final DrainingTaskManagers draining = new DrainingTaskManagers(told::add);

  @Test
  void oneThatRefusesTasksIsAddedToThoseThatAreNamed() {
    draining.named(List.of(ONE));
    draining.refuses(TWO);
    assertThat(told).containsExactly(List.of(ONE), List.of(ONE, TWO));
  }

  @Test
  void whatIsKnownIsNotToldAgain() {
    draining.named(List.of(ONE));
    draining.refuses(ONE);
    draining.refuses(TWO);
    draining.refuses(TWO);
    draining.registers(ONE);
    assertThat(told).hasSize(2);
  }

  @Test
  void theResourceManagersWordReplacesWhatWasRefused() {
    draining.refuses(ONE);
    draining.named(List.of());
    assertThat(told).containsExactly(List.of(ONE), List.of());
    draining.refuses(ONE);
    assertThat(told).last().isEqualTo(List.of(ONE));
  }

  @Test
  void anotherProcessUnderTheIdHasRefusedNothing() {
    draining.named(List.of(TWO));
    draining.refuses(ONE);
    draining.registers(ONE);
    assertThat(told).last().isEqualTo(List.of(TWO));
  }
}
