package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.JOB;
import static org.stellwerk.simulation.check.Given.attempt;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.simulation.schedule.JobSettings;
import org.stellwerk.simulation.schedule.JobSettings.Restarts;

/** A job of one subtask that fails again and again. */
class I14RestartsTest {

  private final Found found = new Found();
  private long nowNanos;
  private int number;

  private I14Restarts with(Restarts restarts) {
    JobGraph graph =
        new JobGraph(
            JOB,
            "job",
            List.of(
                new JobVertex(
                    new JobVertexID(new UUID(4, 1)), "work", 1, "c", Map.of(), new byte[0])),
            List.of(),
            new JobSettings(restarts, 0).configuration(),
            List.of());
    I14Restarts invariant =
        new I14Restarts(found, id -> Optional.of(graph), Configuration.empty(), () -> nowNanos);
    invariant.onJobMaster(
        new Change<>(
            JM_PROCESS,
            null,
            Given.jobMaster(
                List.of(
                    new ExecutionSnapshot(
                        attempt(1, 0), ExecutionState.RUNNING, null, SlotSharing.DEFAULT)))));
    return invariant;
  }

  private void failsAfter(double seconds, I14Restarts invariant) {
    fails(seconds, invariant);
    invariant.onEndOfEvent();
  }

  private void fails(double seconds, I14Restarts invariant) {
    nowNanos += (long) (seconds * Duration.ofSeconds(1).toNanos());
    invariant.onTransition(
        transition(
            TransitionObserver.EXECUTION,
            attempt(1, number++),
            ExecutionState.RUNNING,
            ExecutionState.FAILED));
  }

  private void failsAfterAndEndsTheJob(double seconds, I14Restarts invariant) {
    fails(seconds, invariant);
    endsTheJob(invariant);
  }

  private static void endsTheJob(I14Restarts invariant) {
    invariant.onTransition(
        transition(TransitionObserver.JOB, JOB, JobStatus.RUNNING, JobStatus.FAILING));
    invariant.onEndOfEvent();
  }

  private static Transition transition(String machine, Object id, Enum<?> from, Enum<?> to) {
    return new Transition(JM_PROCESS, null, machine, id, from, to);
  }

  @Test
  void thatNothingIsAllowedEndsTheJob() {
    failsAfterAndEndsTheJob(1, with(Restarts.NONE));
    found.nothing();
  }

  @Test
  void whoeverMayAlwaysRestartDoesSo() {
    I14Restarts invariant = with(Restarts.USUAL);
    failsAfter(1, invariant);
    failsAfterAndEndsTheJob(1, invariant);
    found.reported("I14", "fails after 1 incidents");
  }

  @Test
  void aNumberOfRestartsIsUsedUp() {
    I14Restarts invariant = with(Restarts.FEW);
    failsAfter(100, invariant);
    failsAfter(100, invariant);
    failsAfterAndEndsTheJob(100, invariant);
    found.reported("I14", "fails after 2 incidents, though 3 restarts are allowed");
    failsAfterAndEndsTheJob(100, invariant);
    found.nothing();
  }

  @Test
  void failuresThatLieFarApartAreRare() {
    I14Restarts invariant = with(Restarts.RARE);
    failsAfter(1, invariant);
    failsAfter(7, invariant);
    failsAfterAndEndsTheJob(6, invariant);
    found.reported("I14", "fails after 1 incidents, though 2 restarts are allowed");
    failsAfterAndEndsTheJob(1, invariant);
    found.nothing();
  }

  @Test
  void afterAQuietTimeItBeginsAnew() {
    I14Restarts invariant = with(Restarts.PATIENT);
    failsAfter(1, invariant);
    failsAfter(0.1, invariant);
    failsAfterAndEndsTheJob(1.6, invariant);
    found.reported("I14", "fails after 0 incidents, though 2 restarts are allowed");
    failsAfter(0.1, invariant);
    failsAfterAndEndsTheJob(1, invariant);
    found.nothing();
  }

  @Test
  void whatFailsInOneRegionAtOnceIsOneIncident() {
    I14Restarts invariant = with(Restarts.PATIENT);
    fails(1, invariant);
    fails(0, invariant);
    failsAfter(0, invariant);
    failsAfterAndEndsTheJob(0.1, invariant);
    found.reported("I14", "fails after 1 incidents, though 2 restarts are allowed");
  }

  @Test
  void otherReasonsAreNoneOfItsBusiness() {
    endsTheJob(with(Restarts.USUAL));
    found.nothing();
  }
}
