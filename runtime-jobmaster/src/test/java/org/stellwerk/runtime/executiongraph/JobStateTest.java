package org.stellwerk.runtime.executiongraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stellwerk.rpc.simulation.ManualClock;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.ErrorInfo;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;

class JobStateTest {

  private final ManualClock clock = new ManualClock();
  private final List<String> observed = new ArrayList<>();

  private JobState job() {
    return new JobState(
        TestGraphs.jobId(1),
        "a job",
        clock,
        (machine, id, from, to) -> observed.add(machine + " " + from + "->" + to),
        17);
  }

  /** A job that was led to the status by allowed transitions. */
  private JobState jobIn(JobStatus wanted) {
    Map<JobStatus, JobStatus> cameFrom = new EnumMap<>(JobStatus.class);
    Deque<JobStatus> open = new ArrayDeque<>(List.of(JobStatus.INITIALIZING));
    while (!cameFrom.containsKey(wanted) && wanted != JobStatus.INITIALIZING) {
      JobStatus state = open.removeFirst();
      for (JobStatus next : state.successors()) {
        if (cameFrom.putIfAbsent(next, state) == null) {
          open.add(next);
        }
      }
    }
    List<JobStatus> path = new ArrayList<>();
    for (JobStatus step = wanted; step != JobStatus.INITIALIZING; step = cameFrom.get(step)) {
      path.add(0, step);
    }
    JobState job = job();
    path.forEach(step -> job.transitionTo(step, "test"));
    return job;
  }

  @ParameterizedTest
  @EnumSource(JobStatus.class)
  void onlyDeclaredTransitionsHappen(JobStatus from) {
    for (JobStatus to : JobStatus.values()) {
      JobState job = jobIn(from);
      if (from.canBecome(to)) {
        job.transitionTo(to, "test");
        assertThat(job.getStatus()).isEqualTo(to);
      } else {
        assertThatThrownBy(() -> job.transitionTo(to, "test"))
            .isInstanceOf(IllegalStateException.class);
        assertThat(job.getStatus()).isEqualTo(from);
      }
    }
  }

  @Test
  void theTimeOfEachStatusIsKeptAndInitializingIsTheGivenOne() {
    JobState job = job();
    clock.advance(Duration.ofMillis(3));
    job.transitionTo(JobStatus.CREATED, "test");
    assertThat(job.timestamps())
        .containsEntry(JobStatus.INITIALIZING, 17L)
        .containsEntry(JobStatus.CREATED, clock.absoluteTimeMillis())
        .hasSize(2);
    assertThat(observed).containsExactly(TransitionObserver.JOB + " INITIALIZING->CREATED");
  }

  @Test
  void whyAJobFailedStaysAsItWasAtItsEnd() {
    ErrorInfo first = new ErrorInfo(SerializedThrowable.of(new IllegalStateException("x")), 5);
    JobState job = jobIn(JobStatus.FAILING);
    job.setFailure(first);
    job.transitionTo(JobStatus.FAILED, "test");
    job.setFailure(new ErrorInfo(SerializedThrowable.of(new IllegalStateException("y")), 6));
    assertThat(job.getFailure()).isEqualTo(first);
  }
}
