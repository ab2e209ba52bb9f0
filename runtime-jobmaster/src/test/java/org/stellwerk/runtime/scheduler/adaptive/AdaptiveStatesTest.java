package org.stellwerk.runtime.scheduler.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.VertexProgress;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.AdaptiveSchedulerOptions;
import org.stellwerk.runtime.options.RestartStrategyOptions;

/** Every state and everything that can happen in it. */
class AdaptiveStatesTest {

  private final AdaptiveBed bed = new AdaptiveBed();

  /** Leads a job of two vertices that wants 2 slots to the state. */
  private void leadTo(AdaptiveState state) {
    Configuration configuration =
        Configuration.empty()
            .with(AdaptiveSchedulerOptions.COOLDOWN, Duration.ZERO)
            .with(
                RestartStrategyOptions.TYPE,
                state == AdaptiveState.FAILING
                    ? RestartStrategyOptions.Type.NONE
                    : RestartStrategyOptions.Type.EXPONENTIAL_DELAY);
    JobGraph graph = TestGraphs.pipeline(1, 2, 2);
    if (state == AdaptiveState.RECONCILING) {
      bed.recovered = Optional.of(progressOf(graph));
    }
    bed.make(graph, configuration);
    if (state == AdaptiveState.CREATED) {
      return;
    }
    bed.scheduler().startScheduling();
    if (state == AdaptiveState.WAITING_FOR_RESOURCES || state == AdaptiveState.RECONCILING) {
      assertThat(bed.state()).isEqualTo(state);
      return;
    }
    bed.join(1, 2);
    bed.allRun();
    switch (state) {
      case RESTARTING, FAILING -> bed.failOne();
      case CANCELING -> bed.scheduler().cancel();
      case FINISHED -> bed.reportAll(ExecutionState.RUNNING, ExecutionState.FINISHED);
      default -> {
        // there
      }
    }
    assertThat(bed.state()).isEqualTo(state);
  }

  private static JobProgress progressOf(JobGraph graph) {
    return new JobProgress(
        graph.jobId(),
        false,
        1,
        List.of(),
        graph.vertices().stream()
            .map(vertex -> new VertexProgress(vertex.id(), List.of(1, 1), List.of()))
            .toList());
  }

  private void isAt(AdaptiveState expected) {
    assertThat(bed.state()).isEqualTo(expected);
    bed.checkInvariants();
  }

  private void onlyDeclaredTransitions() {
    List<AdaptiveState> path = new ArrayList<>(List.of(AdaptiveState.CREATED));
    path.addAll(bed.states);
    for (int i = 1; i < path.size(); i++) {
      assertThat(path.get(i - 1).successors()).contains(path.get(i));
    }
  }

  @ParameterizedTest
  @EnumSource(AdaptiveState.class)
  void aCancelEndsTheJob(AdaptiveState state) {
    leadTo(state);
    JobStatus before = bed.status();
    bed.scheduler().cancel();
    bed.allCanceled();
    isAt(AdaptiveState.FINISHED);
    assertThat(bed.status()).isEqualTo(before.isTerminal() ? before : JobStatus.CANCELED);
    onlyDeclaredTransitions();
  }

  @ParameterizedTest
  @EnumSource(AdaptiveState.class)
  void aSuspensionEndsTheJobAtOnce(AdaptiveState state) {
    leadTo(state);
    JobStatus before = bed.status();
    bed.scheduler().suspend("test");
    isAt(AdaptiveState.FINISHED);
    assertThat(bed.status()).isEqualTo(before.isTerminal() ? before : JobStatus.SUSPENDED);
    onlyDeclaredTransitions();
  }

  @ParameterizedTest
  @EnumSource(AdaptiveState.class)
  void theLossOfATaskManagerLeadsOn(AdaptiveState state) {
    leadTo(state);
    bed.lose(1);
    isAt(
        switch (state) {
          case CREATED, RECONCILING, WAITING_FOR_RESOURCES, RESTARTING, FINISHED -> state;
          case EXECUTING -> AdaptiveState.WAITING_FOR_RESOURCES;
          case CANCELING, FAILING -> AdaptiveState.FINISHED;
        });
    onlyDeclaredTransitions();
  }

  @ParameterizedTest
  @EnumSource(AdaptiveState.class)
  void moreSlotsMatterToThoseThatWait(AdaptiveState state) {
    leadTo(state);
    bed.join(2, 2);
    isAt(state == AdaptiveState.WAITING_FOR_RESOURCES ? AdaptiveState.EXECUTING : state);
    onlyDeclaredTransitions();
  }

  @ParameterizedTest
  @EnumSource(AdaptiveState.class)
  void newRequirementsMatterToThoseThatRun(AdaptiveState state) {
    leadTo(state);
    bed.scheduler().updateResourceRequirements(bed.bounds(1, 1));
    isAt(state == AdaptiveState.EXECUTING ? AdaptiveState.RESTARTING : state);
    assertThat(bed.scheduler().requestResourceRequirements()).isEqualTo(bed.bounds(1, 1));
    onlyDeclaredTransitions();
  }

  @ParameterizedTest
  @EnumSource(AdaptiveState.class)
  void theEndOfAllTasksLeadsOn(AdaptiveState state) {
    leadTo(state);
    bed.reportAll(ExecutionState.RUNNING, ExecutionState.FINISHED);
    bed.allCanceled();
    bed.runFor(Duration.ofSeconds(1));
    isAt(
        switch (state) {
          case CREATED, RECONCILING, WAITING_FOR_RESOURCES -> state;
          case RESTARTING -> AdaptiveState.EXECUTING;
          case EXECUTING, CANCELING, FAILING, FINISHED -> AdaptiveState.FINISHED;
        });
    onlyDeclaredTransitions();
  }
}
