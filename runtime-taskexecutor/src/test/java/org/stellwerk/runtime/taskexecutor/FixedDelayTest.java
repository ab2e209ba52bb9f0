package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimScheduler;

class FixedDelayTest {

  private final SimScheduler sim = new SimScheduler(1);
  private final List<String> due = new ArrayList<>();
  private final FixedDelay<String> delay = delay(Duration.ofSeconds(10));

  /** "again" is added again when it is due, and "end b" ends the wait for b. */
  private FixedDelay<String> delay(Duration time) {
    List<FixedDelay<String>> self = new ArrayList<>();
    self.add(
        new FixedDelay<>(
            time,
            new ManualMainThreadExecutor(sim),
            sim.clock(),
            each -> {
              due.add(each);
              if (each.equals("again")) {
                self.get(0).add(each);
              } else if (each.equals("end b")) {
                self.get(0).remove("b");
              }
            }));
    return self.get(0);
  }

  private void after(long seconds) {
    sim.runFor(Duration.ofSeconds(seconds));
  }

  @Test
  void eachIsDueItsOwnTimeAfterItWasAdded() {
    delay.add("a");
    after(4);
    delay.add("b");
    after(6);
    assertThat(due).containsExactly("a");
    assertThat(delay.contains("a")).isFalse();
    assertThat(delay.contains("b")).isTrue();
    after(3);
    assertThat(due).hasSize(1);
    after(1);
    assertThat(due).containsExactly("a", "b");
    after(60);
    assertThat(due).hasSize(2);
  }

  @Test
  void whatIsInFrontMayBeRemovedAndAddedAgain() {
    delay.add("a");
    after(1);
    delay.add("b");
    after(1);
    delay.add("a");
    delay.remove("c");
    after(9);
    assertThat(due).containsExactly("b");
    after(1);
    assertThat(due).containsExactly("b", "a");
    delay.add("a");
    delay.remove("a");
    after(60);
    assertThat(due).hasSize(2);
  }

  @Test
  void theListenerMayAddAndRemove() {
    delay.add("end b");
    delay.add("again");
    delay.add("b");
    delay.add("c");
    after(10);
    assertThat(due).containsExactly("end b", "again", "c");
    after(10);
    assertThat(due).containsExactly("end b", "again", "c", "again");
    delay.clear();
    after(60);
    assertThat(due).hasSize(4);
    delay.add("a");
    after(10);
    assertThat(due).last().isEqualTo("a");
  }

  @Test
  void withoutAnyDelayOneTurnTakesWhatWasThereAtItsBeginning() {
    FixedDelay<String> none = delay(Duration.ZERO);
    none.add("again");
    none.add("b");
    while (due.size() < 6) {
      assertThat(sim.step()).isTrue();
    }
    assertThat(due).startsWith("again").contains("b");
  }
}
