package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.attempt;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.messages.ExecutionState;

class I18RestartsTest {

  private final Found found = new Found();
  private long now;
  private final I18Restarts invariant = new I18Restarts(found, () -> now);

  private void deploy(int vertex, int number) {
    invariant.onTransition(
        new Transition(
            JM_PROCESS,
            null,
            TransitionObserver.EXECUTION,
            attempt(vertex, number),
            ExecutionState.SCHEDULED,
            ExecutionState.DEPLOYING));
  }

  private void deployOften(int times, Duration every) {
    for (int number = 0; number < times; number++) {
      now += every.toNanos();
      deploy(1, number);
    }
  }

  @Test
  void twentyDeploymentsInASecondMayBe() {
    deployOften(20, Duration.ofMillis(1));
    for (int vertex = 2; vertex < 30; vertex++) {
      deploy(vertex, 0);
    }
    now += Duration.ofSeconds(1).toNanos();
    deploy(1, 20);
    found.nothing();
  }

  @Test
  void restartsThatTakeTheirTimeMayGoOn() {
    deployOften(200, Duration.ofMillis(100));
    found.nothing();
  }

  @Test
  void moreHaveACauseThatIsNotLearnt() {
    deployOften(21, Duration.ofMillis(40));
    found.reported("I18", "Deployed 21 times within 800 ms");
  }
}
