package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.TM_PROCESS;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;
import org.stellwerk.runtime.resourcemanager.ResourceManager;
import org.stellwerk.runtime.taskexecutor.SlotState;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;

class I9MainThreadsTest {

  private static final Source TASK_EXECUTOR =
      new Source(TM_PROCESS, "taskexecutor", TaskExecutor.class);

  private final Found found = new Found();
  private final I9MainThreads invariant = new I9MainThreads(found);

  private void transition(@Nullable Source in) {
    invariant.onTransition(
        new Transition(
            TM_PROCESS, in, TransitionObserver.TASK_SLOT, 1, SlotState.FREE, SlotState.ALLOCATED));
  }

  @Test
  void transitionsHappenInTheMainThreadOfTheirEndpoint() {
    transition(TASK_EXECUTOR);
    found.nothing();
    transition(null);
    found.reported("I9", "Outside of its main thread");
    transition(new Source(TM_PROCESS, "resourcemanager", ResourceManager.class));
    found.reported("I9", "Outside of its main thread");
    transition(new Source("other#1", "taskexecutor", TaskExecutor.class));
    found.reported("I9", "Outside of its main thread");
  }

  /** A slot that tells of a transition, and makes the next one when it is told to. */
  private final class Machine {

    private final int id;
    private @Nullable Runnable listener;

    Machine(int id) {
      this.id = id;
    }

    void transitionTo(SlotState from, SlotState to) {
      invariant.onTransition(
          new Transition(TM_PROCESS, TASK_EXECUTOR, TransitionObserver.TASK_SLOT, id, from, to));
      Runnable told = listener;
      listener = null;
      if (told != null) {
        told.run();
      }
    }
  }

  @Test
  void noTransitionHappensInsideOfAnotherOfTheSameMachine() {
    Machine one = new Machine(1);
    Machine other = new Machine(2);
    one.transitionTo(SlotState.FREE, SlotState.ALLOCATED);
    one.transitionTo(SlotState.ALLOCATED, SlotState.ACTIVE);
    one.listener = () -> other.transitionTo(SlotState.FREE, SlotState.ALLOCATED);
    one.transitionTo(SlotState.ACTIVE, SlotState.FREE);
    other.transitionTo(SlotState.ALLOCATED, SlotState.ACTIVE);
    one.transitionTo(SlotState.FREE, SlotState.ALLOCATED);
    found.nothing();
    one.listener =
        () -> {
          other.transitionTo(SlotState.ACTIVE, SlotState.FREE);
          one.transitionTo(SlotState.ACTIVE, SlotState.FREE);
        };
    one.transitionTo(SlotState.ALLOCATED, SlotState.ACTIVE);
    found.reported("I9", "While its former transition is being told");
  }

  @Test
  void nothingChangesBetweenTheEventsOfAnEndpoint() {
    invariant.onBeginning(TASK_EXECUTOR, "as it was", "as it was");
    found.nothing();
    invariant.onBeginning(TASK_EXECUTOR, "as it was", "another");
    found.reported("I9", "has changed outside of its main thread, from as it was to another");
  }

  private void failed(Throwable failure) {
    Source at = new Source(JM_PROCESS, "resourcemanager", ResourceManager.class);
    invariant.onCall(new Call(at, null, null, "call", new Object[] {}, failure));
  }

  @Test
  void aCallFailsForReasonsOfItsCallerOnly() {
    failed(new JobNotFoundException("There is no such job"));
    found.nothing();
    failed(new IllegalStateException("a bug"));
    found.reported("I9", "call of resourcemanager failed with");
    failed(new NullPointerException());
    found.reported("I9", "NullPointerException");
  }
}
