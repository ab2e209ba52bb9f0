package org.stellwerk.simulation.check;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.resourcemanager.ResourceManager;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot;

/**
 * I13: that a JobMaster does not hear of a TaskExecutor is a suspicion. The ResourceManager gives
 * it up for that only if it has heard nothing either for a good part of the heartbeat timeout.
 */
final class I13Suspicions extends Invariant {

  private record Ear(Source resourceManager, ResourceID taskExecutor) {}

  private final LongSupplier nowNanos;
  private final long patienceNanos;
  private final Map<Ear, Long> heard = new HashMap<>();
  private @Nullable Call last;

  /**
   * The invariant.
   *
   * @param nowNanos the world's time
   * @param patienceNanos who was heard of within that time must not be given up
   */
  I13Suspicions(
      Consumer<InvariantViolation> violations, LongSupplier nowNanos, long patienceNanos) {
    super("I13", violations);
    this.nowNanos = nowNanos;
    this.patienceNanos = patienceNanos;
  }

  @Override
  void onCall(Call call) {
    if (!call.at().is(ResourceManager.class)) {
      return;
    }
    last = call;
    ResourceID id = call.argument(0, ResourceID.class);
    if (id != null && call.is("heartbeatFromTaskManager") && call.failure() == null) {
      heard.put(new Ear(call.at(), id), nowNanos.getAsLong());
    }
  }

  @Override
  void onResourceManager(Change<ResourceManagerSnapshot> change) {
    ResourceManagerSnapshot before = change.before();
    Call call = last;
    if (before == null || call == null || !call.is("disconnectTaskManager")) {
      return;
    }
    ResourceID id = call.argument(0, ResourceID.class);
    TaskManagerLoss loss = call.argument(1, TaskManagerLoss.class);
    if (id == null || loss == null || loss.kind() != TaskManagerLoss.Kind.SILENT) {
      return;
    }
    Long lastHeard = heard.get(new Ear(call.at(), id));
    boolean givenUp = knows(before, id) && !knows(change.now(), id);
    require(
        !givenUp || lastHeard == null || nowNanos.getAsLong() - lastHeard >= patienceNanos,
        "{} was given up on the word of a JobMaster, though it was heard of",
        id);
  }

  private static boolean knows(ResourceManagerSnapshot snapshot, ResourceID id) {
    return snapshot.taskExecutors().stream().anyMatch(each -> each.resourceId().equals(id));
  }

  @Override
  void onEndOfEvent() {
    last = null;
  }

  @Override
  void onGone(Source endpoint) {
    heard.keySet().removeIf(ear -> ear.resourceManager().equals(endpoint));
  }
}
