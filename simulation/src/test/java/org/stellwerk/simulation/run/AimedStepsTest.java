package org.stellwerk.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimMessage;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimObserver;
import org.stellwerk.simulation.schedule.Moment;
import org.stellwerk.simulation.schedule.Schedule;
import org.stellwerk.simulation.schedule.Step;

class AimedStepsTest {

  private static final String SCHEDULE =
      """
      seed 5
      cluster-shape job-managers=1 task-managers=1 slots=1
      at 3s submit job=1 vertices=1 parallelism=1 end=finishes run=1s ignores-cancel=0s via=leader
      at 1s upon deployment freeze node=tm-1 lasting=0.1s
      heal at=8s core=jm-1,tm-1
      """;

  /** When deployments set out, and when processes were frozen. */
  private static final class Seen implements SimObserver {
    private final List<Long> deployments = new ArrayList<>();
    private final List<Long> freezes = new ArrayList<>();
    private final ClusterRun run;

    Seen(ClusterRun run) {
      this.run = run;
    }

    @Override
    public void onMessage(SimMessage message) {
      if (Moment.DEPLOYMENT.matches(message.label()) && message.kind() != MessageKind.REPLY) {
        deployments.add(message.sentNanos());
      }
    }

    @Override
    public void onNode(SimNode node, NodeEvent event, String detail) {
      if (event == NodeEvent.FROZEN) {
        freezes.add(run.world().scheduler().nowNanos());
      }
    }
  }

  private static Seen run(String text) {
    ClusterRun run = new ClusterRun(Schedule.parse(text));
    Seen seen = new Seen(run);
    run.world().scheduler().addObserver(seen);
    assertThat(run.run().failure()).isEmpty();
    return seen;
  }

  @Test
  void aStepHappensOnceWithinTheTimeThatItsMessageTakes() {
    Seen seen = run(SCHEDULE);
    assertThat(seen.deployments).hasSizeGreaterThan(1);
    long deployed = seen.deployments.get(0);
    assertThat(deployed).isGreaterThan(Duration.ofSeconds(3).toNanos());
    assertThat(seen.freezes).hasSize(1);
    assertThat(seen.freezes.get(0) - deployed).isBetween(0L, 500_000L);
  }

  @Test
  void whatWasBeforeItsTimeDoesNotCount() {
    Seen seen = run(SCHEDULE.replace("at 1s upon", "at 3.5s upon"));
    assertThat(seen.deployments).as("the last one is of the recovery").hasSizeGreaterThan(1);
    assertThat(seen.freezes).as("after the heal nothing waits").isEmpty();
  }

  @Test
  void withoutItsMomentItNeverHappens() {
    Seen seen = run(SCHEDULE.replace("upon deployment", "upon cancellation"));
    assertThat(seen.deployments).isNotEmpty();
    assertThat(seen.freezes).isEmpty();
  }

  @Test
  void itMayLastAfterTheHealAsLongAsItTakes() {
    Schedule schedule = Schedule.parse(SCHEDULE);
    Step aimed = schedule.steps().get(0);
    assertThat(aimed.upon()).isEqualTo(Moment.DEPLOYMENT);
    assertThat(aimed.leftAfter(schedule.heal())).isEqualTo(Duration.ofMillis(100));
    assertThat(new Step(aimed.at(), aimed.action()).leftAfter(schedule.heal()))
        .isEqualTo(Duration.ofMillis(-6_900));
  }
}
