package org.stellwerk.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is linear stays linear: counted in messages, which do not depend on the machine. */
final class ScaleTest {

  private static final int SLOTS = 10;

  private static double messagesPerTask(int taskExecutors, String step) {
    List<Cost> costs = ScaleRun.deployment(taskExecutors, SLOTS);
    long messages =
        costs.stream()
            .filter(cost -> cost.step().equals(step))
            .collect(Collectors.summingLong(Cost::messages));
    return (double) messages / (taskExecutors * SLOTS);
  }

  @Test
  void slotsAreAskedForAndOfferedWithOneCallEachPerTaskExecutor() {
    assertThat(messagesPerTask(80, "slots") * SLOTS)
        .as("a request, a registration, and their answers")
        .isLessThanOrEqualTo(4);
  }

  @Test
  void theMessagesOfADeploymentAreLinearInTheTasks() {
    assertThat(messagesPerTask(80, "deployment"))
        .isCloseTo(messagesPerTask(20, "deployment"), within(0.5))
        .isLessThan(5);
  }

  @Test
  void theMessagesOfACancellationAreLinearInTheTasks() {
    assertThat(messagesPerTask(80, "cancellation"))
        .isCloseTo(messagesPerTask(20, "cancellation"), within(0.1))
        .isLessThan(1);
  }

  @Test
  void aHeartbeatIsOneCallPerTaskExecutorAndInterval() {
    List<Cost> costs = ScaleRun.heartbeats(200, SLOTS, Duration.ofSeconds(10));
    Cost beats = costs.get(costs.size() - 1);
    assertThat(beats.messages() / (200.0 * 10)).isCloseTo(2, within(0.2));
  }
}
