package org.stellwerk.simulation.check;

import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.id.JobID;

/**
 * I4, durability: a job whose submission was acknowledged to the client is stored or has a result,
 * at every instant, whoever is dead.
 */
final class I4Durability extends Invariant {

  private final Supplier<? extends Collection<JobID>> acknowledged;
  private final Predicate<JobID> kept;

  /**
   * The invariant.
   *
   * @param acknowledged grows only
   * @param kept whether the job is stored or has a result
   */
  I4Durability(
      Consumer<InvariantViolation> violations,
      Supplier<? extends Collection<JobID>> acknowledged,
      Predicate<JobID> kept) {
    super("I4", violations);
    this.acknowledged = acknowledged;
    this.kept = kept;
  }

  @Override
  void onCoordination() {
    for (JobID jobId : acknowledged.get()) {
      require(kept.test(jobId), "Job {} was acknowledged, but is in no store", jobId);
    }
  }
}
