package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.JOB;
import static org.stellwerk.simulation.check.Given.NEXT_SESSION;
import static org.stellwerk.simulation.check.Given.SESSION;
import static org.stellwerk.simulation.check.Given.TM_PROCESS;

import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.taskexecutor.SlotState;

class I3StateMachinesTest {

  private final Found found = new Found();
  private UUID leader = SESSION;
  private boolean hasResult;
  private final I3StateMachines invariant =
      new I3StateMachines(
          found,
          new I3StateMachines.Durable() {
            @Override
            public Optional<UUID> leaderSession() {
              return Optional.of(leader);
            }

            @Override
            public boolean hasResult(JobID jobId) {
              return hasResult;
            }
          });

  private void transition(String machine, Object id, Enum<?> from, Enum<?> to) {
    invariant.onTransition(new Transition(TM_PROCESS, null, machine, id, from, to));
  }

  @Test
  void declaredTransitionsInARow() {
    transition(TransitionObserver.TASK, 1, ExecutionState.CREATED, ExecutionState.DEPLOYING);
    transition(TransitionObserver.TASK, 2, ExecutionState.CREATED, ExecutionState.DEPLOYING);
    transition(TransitionObserver.TASK, 1, ExecutionState.DEPLOYING, ExecutionState.FAILED);
    found.nothing();
  }

  @Test
  void othersAreViolations() {
    transition(TransitionObserver.TASK_SLOT, 1, SlotState.RELEASING, SlotState.ACTIVE);
    found.reported("I3", "Undeclared transition: task slot 1 in tm#1: RELEASING -> ACTIVE");
    transition("unknown machine", 1, SlotState.FREE, SlotState.ALLOCATED);
    found.reported("I3", "Undeclared transition");
  }

  @Test
  void aTransitionLeadsOnFromTheFormer() {
    transition(TransitionObserver.JOB, JOB, JobStatus.RUNNING, JobStatus.FINISHED);
    transition(TransitionObserver.JOB, JOB, JobStatus.RUNNING, JobStatus.SUSPENDED);
    found.reported("I3", "It was FINISHED");
  }

  private void job(JobStatus status) {
    invariant.onJobMaster(new Change<>(JM_PROCESS, null, Given.jobMaster(status)));
  }

  @Test
  void aJobThatHasAResultIsNotRun() {
    job(JobStatus.RUNNING);
    hasResult = true;
    job(JobStatus.FINISHED);
    found.nothing();
    job(JobStatus.CREATED);
    found.reported("I3", "has a result");
    leader = NEXT_SESSION; // whoever is deposed need not know
    job(JobStatus.CREATED);
    found.nothing();
  }
}
