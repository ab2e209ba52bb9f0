package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.cluster.LeaderSessionException;
import org.stellwerk.runtime.options.TaskManagerOptions;
import org.stellwerk.runtime.taskexecutor.RegistrationTimeoutException;

/** Which faults end a process, and which end the run. */
class SimEndsTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private final SimWorld world =
      new SimWorld(
          8,
          Configuration.empty()
              .with(TaskManagerOptions.REGISTRATION_TIMEOUT, Duration.ofSeconds(10)));

  private List<SimEnds.End> ends() {
    return world.ends().all();
  }

  @Test
  void aTaskManagerThatFindsNoLeaderEndsByItself() {
    world.startTaskManager("tm", 2);
    world.scheduler().runFor(SOON);
    assertThat(world.node("tm").isAlive()).isFalse();
    assertThat(ends()).hasSize(1);
    assertThat(ends().get(0).why()).isInstanceOf(RegistrationTimeoutException.class);
    assertThat(ends().get(0).nanos())
        .isBetween(Duration.ofSeconds(10).toNanos(), Duration.ofMillis(10_100).toNanos());
  }

  @Test
  void aSupervisorStartsItAgainUntilThereIsALeader() {
    world.ends().supervise(Duration.ofSeconds(1));
    world.startTaskManager("tm", 2);
    world.scheduler().runFor(SOON);
    assertThat(ends()).hasSize(2);
    world.startJobManager("jm");
    world.awaitFreeSlots(2, SOON);
    assertThat(world.node("tm").incarnation()).isEqualTo(3);
  }

  @Test
  void aLeaderThatCannotReadItsStoresEndsByItself() {
    world.ends().supervise(Duration.ofSeconds(1));
    world.faults().breakStores(1);
    world.startJobManager("jm");
    world.scheduler().runFor(Duration.ofSeconds(3));
    assertThat(ends()).isNotEmpty();
    assertThat(ends().get(0).why())
        .isInstanceOf(LeaderSessionException.class)
        .hasMessageContaining("damaged");
    world.faults().heal();
    world.scheduler().runFor(SOON);
    assertThat(world.node("jm").isAlive()).isTrue();
    assertThat(world.coordination().publishedLeader()).isPresent();
  }

  @Test
  void anyOtherFaultEndsTheRun() {
    world.startTaskManager("tm", 2);
    world.node("tm").fatalErrors().onFatalError(new IllegalStateException("a bug"));
    assertThatThrownBy(() -> world.scheduler().runFor(SOON))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("a bug");
  }
}
