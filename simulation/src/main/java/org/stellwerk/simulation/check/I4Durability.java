package org.stellwerk.simulation.check;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

/**
 * I4, durability: a job whose submission was acknowledged to the client is stored or has a result,
 * at every instant, whoever is dead. While it is stored and has none, its jars are there.
 */
final class I4Durability extends Invariant {

  private final Supplier<? extends Collection<JobID>> acknowledged;
  private final Predicate<JobID> kept;
  private final Jars jars;

  /**
   * The invariant.
   *
   * @param acknowledged grows only
   * @param kept whether the job is stored or has a result
   * @param jars which are there, and who needs them
   */
  I4Durability(
      Consumer<InvariantViolation> violations,
      Supplier<? extends Collection<JobID>> acknowledged,
      Predicate<JobID> kept,
      Jars jars) {
    super("I4", violations);
    this.acknowledged = acknowledged;
    this.kept = kept;
    this.jars = jars;
  }

  @Override
  void onCoordination() {
    for (JobID jobId : acknowledged.get()) {
      require(kept.test(jobId), "Job {} was acknowledged, but is in no store", jobId);
    }
    for (JobGraph graph : jars.unfinished().get()) {
      for (BlobKey jar : graph.userJars()) {
        require(
            jars.present().test(jar) || !acknowledged.get().contains(graph.jobId()),
            "Job {} was acknowledged and is not over, but its jar {} is gone",
            graph.jobId(),
            jar);
      }
    }
  }

  /**
   * The cluster's files.
   *
   * @param unfinished the stored jobs that have no result
   * @param present whether a file can be fetched
   */
  record Jars(Supplier<List<JobGraph>> unfinished, Predicate<BlobKey> present) {}
}
