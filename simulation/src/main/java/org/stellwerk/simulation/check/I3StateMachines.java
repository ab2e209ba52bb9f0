package org.stellwerk.simulation.check;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.messages.JobStatus;

/**
 * I3, state machines: only declared transitions, each from the state that the one before led to, so
 * that terminal states absorb; and the leader runs no job that has a result.
 */
final class I3StateMachines extends Invariant {

  private record Machine(String process, @Nullable Source in, String kind, Object id) {}

  /** What is durable, and who leads. */
  interface Durable {

    Optional<UUID> leaderSession();

    boolean hasResult(JobID jobId);
  }

  private final Durable durable;
  private final Map<Machine, Enum<?>> states = new HashMap<>();

  I3StateMachines(Consumer<InvariantViolation> violations, Durable durable) {
    super("I3", violations);
    this.durable = durable;
  }

  @Override
  void onTransition(Transition transition) {
    require(
        DeclaredTransitions.isDeclared(
            transition.machine(), transition.from().name(), transition.to().name()),
        "Undeclared transition: {}",
        transition);
    if (transition.machine().equals(TransitionObserver.MANAGED_SLOT)) {
      return; // begins anew, without a word, with each registration
    }
    Machine machine =
        new Machine(transition.process(), transition.in(), transition.machine(), transition.id());
    Enum<?> before = states.put(machine, transition.to());
    require(before == null || before == transition.from(), "It was {}: {}", before, transition);
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    JobMasterSnapshot job = change.now();
    if (job.status().isTerminal() || !durable.hasResult(job.jobId())) {
      return;
    }
    boolean leads = durable.leaderSession().filter(job.session().value()::equals).isPresent();
    require(
        !leads || job.status() == JobStatus.SUSPENDED,
        "Job {} has a result, but the leader {} has it {}",
        job.jobId(),
        job.session(),
        job.status());
  }
}
