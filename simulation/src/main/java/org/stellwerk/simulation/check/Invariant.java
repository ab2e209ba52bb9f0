package org.stellwerk.simulation.check;

import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.cluster.JobManagerSnapshot;
import org.stellwerk.runtime.dispatcher.DispatcherSnapshot;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;

/**
 * One thing that must hold at every instant. Hears what changes, looks at nothing else, and reports
 * what is broken: it never throws, so that no handler on the way can swallow it.
 */
abstract class Invariant {

  private final String id;
  private final Consumer<InvariantViolation> violations;

  Invariant(String id, Consumer<InvariantViolation> violations) {
    this.id = id;
    this.violations = violations;
  }

  final void violated(String message) {
    violations.accept(new InvariantViolation(id, message));
  }

  /** Reports the message, with its {}s filled in, if something does not hold. */
  final void require(boolean holds, String message, @Nullable Object... arguments) {
    if (!holds) {
      violated(filled(message, arguments));
    }
  }

  private static String filled(String message, @Nullable Object... arguments) {
    StringBuilder text = new StringBuilder();
    int from = 0;
    for (Object argument : arguments) {
      int gap = message.indexOf("{}", from);
      text.append(message, from, gap).append(argument);
      from = gap + 2;
    }
    return text.append(message.substring(from)).toString();
  }

  void onTaskExecutor(Change<TaskExecutorSnapshot> change) {}

  void onResourceManager(Change<ResourceManagerSnapshot> change) {}

  void onJobMaster(Change<JobMasterSnapshot> change) {}

  void onDispatcher(Change<DispatcherSnapshot> change) {}

  void onJobManager(Change<JobManagerSnapshot> change) {}

  /** An endpoint has ended, or its process has died. */
  void onGone(Source endpoint) {}

  /** An endpoint has processed an invocation. */
  void onCall(Call call) {}

  /** A state machine of the endpoint has made a transition. */
  void onTransition(Transition transition) {}

  /** All that has come of the event that ran was told. */
  void onEndOfEvent() {}

  /** A leader session changes what is durable. */
  void onWrite(UUID leaderSession, String what) {}

  /** The coordination service has processed something: its state may have changed. */
  void onCoordination() {}
}
