package org.stellwerk.simulation.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.simulation.SimWorld;

/**
 * What must have become of a healed cluster: one leader whom everybody follows, every job running
 * or over, every book in agreement with what it is about, every slot where it is needed, and
 * answers for clients. As things may be on their way at any single instant, it must come true at
 * some instant within a bound.
 */
public final class Liveness {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration ASK = Duration.ofSeconds(10);
  private static final int SHOWN = 12;

  private final SimWorld world;
  private final ClientHistory history;

  Liveness(SimWorld world, ClientHistory history) {
    this.world = world;
    this.history = history;
  }

  /** What is not as it must be, in words; empty if all is well. */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    Optional<UUID> leader = world.coordination().leaderSession();
    if (leader.isEmpty()) {
      problems.add("nobody leads");
      return problems;
    }
    ClusterTruth truth = ClusterTruth.of(world);
    new LeaderProblems(truth, leader.get()).addTo(problems);
    if (problems.isEmpty()) {
      new JobProblems(truth, history).addTo(problems);
      new SlotProblems(truth).addTo(problems);
    }
    return problems;
  }

  /**
   * Runs the world until all is well and clients are answered.
   *
   * @throws InvariantViolation with id "liveness" if that takes longer than the bound
   */
  public void await(Duration bound) {
    SimScheduler scheduler = world.scheduler();
    long end = scheduler.nowNanos() + bound.toNanos();
    List<String> problems = problems();
    while (!problems.isEmpty()) {
      if (scheduler.nowNanos() > end) {
        throw new InvariantViolation(
            "liveness",
            "%d problems after %s: %s"
                .formatted(
                    problems.size(),
                    bound,
                    String.join("; ", problems.subList(0, Math.min(SHOWN, problems.size())))));
      }
      scheduler.runFor(POLL);
      problems = problems();
    }
    awaitAnswers();
  }

  private void awaitAnswers() {
    DispatcherGateway dispatcher = world.dispatcher();
    UUID session = world.coordination().leaderSession().orElseThrow();
    for (JobID jobId : history.acknowledged()) {
      var answer = dispatcher.requestJobStatus(jobId, ASK);
      history.status(jobId, session, answer);
      world.await(answer);
    }
  }
}
