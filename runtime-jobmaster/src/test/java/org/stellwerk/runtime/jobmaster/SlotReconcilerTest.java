package org.stellwerk.runtime.jobmaster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.runtime.executiongraph.TestGraphs.allocation;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.jobmaster.SlotReconciler.Difference;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat.ToJobMaster;

class SlotReconcilerTest {

  private static final Difference NONE = new Difference(List.of(), List.of());

  private final AllocationID one = allocation(1);
  private final AllocationID two = allocation(2);
  private final SlotReconciler reconciler = new SlotReconciler();

  private static ToJobMaster report(List<AllocationID> active, List<AllocationID> offered) {
    return new ToJobMaster(List.of(), active, offered);
  }

  @Test
  void equalBooksDifferInNothing() {
    for (int i = 0; i < 3; i++) {
      assertThat(reconciler.compare(List.of(one, two), report(List.of(two), List.of(one))))
          .isEqualTo(NONE);
    }
  }

  @Test
  void aSlotIsMissingWhenTwoReportsInARowLackIt() {
    assertThat(reconciler.compare(List.of(one), report(List.of(), List.of()))).isEqualTo(NONE);
    assertThat(reconciler.compare(List.of(one), report(List.of(one), List.of()))).isEqualTo(NONE);
    assertThat(reconciler.compare(List.of(one), report(List.of(), List.of()))).isEqualTo(NONE);
    assertThat(reconciler.compare(List.of(one), report(List.of(), List.of())))
        .isEqualTo(new Difference(List.of(one), List.of()));
  }

  @Test
  void aSlotThatTheJobDoesNotHaveIsUnwantedWhenTwoReportsInARowHaveIt() {
    assertThat(reconciler.compare(List.of(), report(List.of(one), List.of()))).isEqualTo(NONE);
    assertThat(reconciler.compare(List.of(), report(List.of(one, two), List.of())))
        .isEqualTo(new Difference(List.of(), List.of(one)));
  }

  @Test
  void anOfferIsNoClaim() {
    for (int i = 0; i < 3; i++) {
      assertThat(reconciler.compare(List.of(), report(List.of(), List.of(one)))).isEqualTo(NONE);
    }
  }
}
