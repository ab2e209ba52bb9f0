package org.stellwerk.simulation.check;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;

/**
 * I6, no way back: leader sessions are ordered as the coordination service published them. What a
 * TaskExecutor follows, and what it serves a job for, are sessions that were published, and never
 * an older one after a newer one.
 */
final class I6SessionOrder extends Invariant {

  private record Observer(String process, @Nullable JobID jobId) {}

  private final Supplier<Optional<UUID>> published;
  private final Map<UUID, Integer> order = new HashMap<>();
  private final Map<Observer, UUID> newest = new HashMap<>();

  /**
   * The invariant.
   *
   * @param published the session of the leader that is published now
   */
  I6SessionOrder(Consumer<InvariantViolation> violations, Supplier<Optional<UUID>> published) {
    super("I6", violations);
    this.published = published;
  }

  @Override
  void onCoordination() {
    published.get().ifPresent(session -> order.putIfAbsent(session, order.size()));
  }

  @Override
  void onTaskExecutor(Change<TaskExecutorSnapshot> change) {
    UUID leader = change.now().leaderSession();
    if (leader != null) {
      observe(new Observer(change.process(), null), leader);
    }
    for (TaskExecutorSnapshot.Job job : change.now().jobs()) {
      observe(new Observer(change.process(), job.jobId()), job.jobMasterId().value());
    }
  }

  private void observe(Observer observer, UUID session) {
    Integer place = order.get(session);
    if (place == null) {
      violated(observer + " has seen session " + session + ", which was never published");
      return;
    }
    UUID former = newest.put(observer, session);
    require(
        former == null || order.getOrDefault(former, 0) <= place,
        "{} went back from session {} to {}",
        observer,
        former,
        session);
  }
}
