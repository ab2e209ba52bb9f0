package org.stellwerk.simulation.check;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.messages.TaskManagerLoss;

/**
 * I17: silence is a suspicion. A JobMaster gives a TaskExecutor up for it, and tells the
 * ResourceManager so, only when its process was asked on a fresh connection whether it answers,
 * after it was last heard of.
 */
final class I17Questions extends Invariant {

  private record Ear(Source jobMaster, ResourceID taskExecutor) {}

  private record Way(String process, String peer) {}

  private final LongSupplier nowNanos;
  private final Map<Ear, Long> heard = new HashMap<>();
  private final Map<Way, Long> asked = new HashMap<>();

  /**
   * The invariant.
   *
   * @param nowNanos the world's time
   */
  I17Questions(Consumer<InvariantViolation> violations, LongSupplier nowNanos) {
    super("I17", violations);
    this.nowNanos = nowNanos;
  }

  @Override
  void onCall(Call call) {
    ResourceID id = call.argument(0, ResourceID.class);
    if (id != null
        && call.at().is(JobMaster.class)
        && call.is("heartbeatFromTaskManager")
        && call.failure() == null) {
      heard.put(new Ear(call.at(), id), nowNanos.getAsLong());
    }
  }

  /** A process asks another one whether it answers; both with their incarnations. */
  void onQuestion(String process, String peer) {
    asked.put(new Way(process, Processes.name(peer)), nowNanos.getAsLong());
  }

  /** An endpoint tells another one that a TaskExecutor is lost. */
  void onLossTold(@Nullable Source by, ResourceID taskExecutor, TaskManagerLoss loss) {
    if (by == null || !by.is(JobMaster.class) || loss.kind() != TaskManagerLoss.Kind.SILENT) {
      return;
    }
    Long question = asked.get(new Way(by.process(), taskExecutor.value()));
    Long lastHeard = heard.get(new Ear(by, taskExecutor));
    require(
        question != null && (lastHeard == null || question >= lastHeard),
        "{} was given up by {} for its silence, and not asked whether it answers",
        taskExecutor,
        by.name());
  }

  @Override
  void onGone(Source endpoint) {
    heard.keySet().removeIf(ear -> ear.jobMaster().equals(endpoint));
  }
}
