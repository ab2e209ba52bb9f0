package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobInformation;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskInformation;
import org.stellwerk.runtime.taskexecutor.TaskEvents;
import org.stellwerk.runtime.taskexecutor.TaskHandle;
import org.stellwerk.simulation.SimTaskPlan.Reaction;

class SimTaskRunnerTest {

  private final SimScheduler sim = new SimScheduler(4);
  private final SimTaskRunner runner =
      new SimTaskRunner(new SimNetwork(sim).newNode("tm"), ignored -> Optional.empty());
  private final List<String> seen = new ArrayList<>();

  private TaskHandle start(SimTaskPlan plan) {
    JobVertex vertex = plan.vertex(new UUID(1, 1), "v", 1);
    ExecutionAttemptID attempt =
        new ExecutionAttemptID(
            new ExecutionGraphId(new UUID(2, 2)), new ExecutionVertexID(vertex.id(), 0), 1);
    TaskDeploymentDescriptor descriptor =
        new TaskDeploymentDescriptor(
            new JobInformation(new JobID(new UUID(3, 3)), "job", Map.of(), List.of(), ""),
            new TaskInformation(vertex, List.of(), List.of()),
            List.of(),
            attempt,
            new AllocationID(new UUID(4, 4)));
    return runner.start(descriptor, new RecordingEvents());
  }

  @Test
  void finishesInItsTime() {
    start(SimTaskPlan.finishesAfter(Duration.ofSeconds(5)));
    sim.runFor(Duration.ofMillis(4_900));
    assertThat(seen).containsExactly("initializing", "running");
    assertThat(runner.running()).hasSize(1);
    sim.runFor(Duration.ofMillis(200));
    assertThat(seen).containsExactly("initializing", "running", "finished");
    assertThat(runner.running()).isEmpty();
  }

  @Test
  void failsAsPlanned() {
    start(SimTaskPlan.failsAfter(Duration.ofSeconds(1)));
    sim.runFor(Duration.ofSeconds(2));
    assertThat(seen).containsExactly("initializing", "running", "failed as planned");
  }

  @Test
  void cancellationMayTakeItsTimeAndEndsOnce() {
    TaskHandle handle = start(SimTaskPlan.runsForEver().ignoringCancelFor(Duration.ofSeconds(3)));
    sim.runFor(Duration.ofSeconds(1));
    handle.cancel();
    handle.cancel();
    sim.runFor(Duration.ofSeconds(2));
    assertThat(seen).endsWith("running");
    sim.runFor(Duration.ofSeconds(10));
    assertThat(seen).containsExactly("initializing", "running", "canceled");
  }

  @Test
  void aTaskMayFinishWhileItIsCancelled() {
    TaskHandle handle =
        start(
            SimTaskPlan.finishesAfter(Duration.ofSeconds(2))
                .ignoringCancelFor(Duration.ofSeconds(30)));
    sim.runFor(Duration.ofSeconds(1));
    handle.cancel();
    sim.runFor(Duration.ofMinutes(2));
    assertThat(seen).containsExactly("initializing", "running", "finished");
  }

  @Test
  void aCancelledTaskMayFail() {
    TaskHandle handle = start(SimTaskPlan.runsForEver().whenCancelled(Reaction.FAILS));
    sim.runFor(Duration.ofSeconds(1));
    handle.cancel();
    sim.runFor(Duration.ofSeconds(1));
    assertThat(seen).containsExactly("initializing", "running", "failed while it was cancelled");
  }

  @Test
  void aTaskMayFinishAtTheMomentOfItsCancellation() {
    TaskHandle handle = start(SimTaskPlan.runsForEver().whenCancelled(Reaction.FINISHES));
    sim.runFor(Duration.ofSeconds(1));
    handle.cancel();
    sim.runFor(Duration.ZERO);
    assertThat(seen).containsExactly("initializing", "running", "finished");
  }

  @Test
  void aTaskMayTakeItsTimeToBegin() {
    start(SimTaskPlan.finishesAfter(Duration.ofSeconds(1)).setUpFor(Duration.ofSeconds(3)));
    sim.runFor(Duration.ofMillis(2_900));
    assertThat(seen).containsExactly("initializing");
    sim.runFor(Duration.ofMillis(1_200));
    assertThat(seen).containsExactly("initializing", "running", "finished");
  }

  private final class RecordingEvents implements TaskEvents {
    @Override
    public void onInitializing() {
      seen.add("initializing");
    }

    @Override
    public void onRunning() {
      seen.add("running");
    }

    @Override
    public void onFailing(Throwable cause) {
      seen.add("failing");
    }

    @Override
    public void onFinished(IOMetrics metrics) {
      seen.add("finished");
    }

    @Override
    public void onFailed(Throwable cause, IOMetrics metrics) {
      seen.add("" + cause.getMessage());
    }

    @Override
    public void onCanceled(IOMetrics metrics) {
      seen.add("canceled");
    }
  }
}
