package org.stellwerk.simulation.check;

import java.util.ConcurrentModificationException;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.cluster.JobManagerProcess;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.resourcemanager.ResourceManager;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;

/**
 * I9, main threads: what belongs to an endpoint changes in events of that endpoint only. Each
 * transition is seen where it happens; other changes show when an endpoint is not the same at the
 * beginning of an event as at the end of its last. No transition happens inside of another one of
 * the same machine. And no call fails with what only a bug throws.
 */
final class I9MainThreads extends Invariant {

  private static final Map<String, Class<? extends RpcEndpoint>> OWNERS =
      Map.of(
          TransitionObserver.JOB, JobMaster.class,
          TransitionObserver.ADAPTIVE_JOB, JobMaster.class,
          TransitionObserver.EXECUTION, JobMaster.class,
          TransitionObserver.TASK, TaskExecutor.class,
          TransitionObserver.TASK_SLOT, TaskExecutor.class,
          TransitionObserver.MANAGED_SLOT, ResourceManager.class,
          TransitionObserver.LEADER_SESSION, JobManagerProcess.class,
          TransitionObserver.AVAILABILITY, TaskExecutor.class,
          TransitionObserver.JOB_LEASE, TaskExecutor.class);

  private final ReentranceCheck reentrance;

  I9MainThreads(Consumer<InvariantViolation> violations) {
    this(violations, new ReentranceCheck());
  }

  I9MainThreads(Consumer<InvariantViolation> violations, ReentranceCheck reentrance) {
    super("I9", violations);
    this.reentrance = reentrance;
  }

  @Override
  void onTransition(Transition transition) {
    Source in = transition.in();
    require(
        in != null
            && in.process().equals(transition.process())
            && in.kind() == OWNERS.get(transition.machine()),
        "Outside of its main thread, in {}: {}",
        in,
        transition);
    require(
        !reentrance.isReentrant(transition),
        "While its former transition is being told: {}",
        transition);
  }

  @Override
  void onEndOfEvent() {
    reentrance.onEndOfEvent();
  }

  /** An endpoint is about to run, and looks like this. */
  void onBeginning(Source endpoint, Object lastSeen, Object now) {
    require(
        now.equals(lastSeen),
        "{} has changed outside of its main thread, from {} to {}",
        endpoint,
        lastSeen,
        now);
  }

  @Override
  void onCall(Call call) {
    require(
        !isBug(call.failure()),
        "{} of {} failed with {}",
        call.method(),
        call.at().name(),
        call.failure());
  }

  private static boolean isBug(@Nullable Throwable failure) {
    return failure instanceof Error
        || failure instanceof NullPointerException
        || failure instanceof IllegalStateException
        || failure instanceof ClassCastException
        || failure instanceof IndexOutOfBoundsException
        || failure instanceof NoSuchElementException
        || failure instanceof UnsupportedOperationException
        || failure instanceof ConcurrentModificationException;
  }
}
