package org.stellwerk.runtime.messages;

import java.util.List;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;

/** What a TaskExecutor tells with each heartbeat. */
public sealed interface TaskExecutorHeartbeat {

  /** To the ResourceManager: its slots, its free heap in bytes, and whether it gives slots. */
  record ToResourceManager(SlotReport slotReport, long freeHeap, Availability availability)
      implements TaskExecutorHeartbeat {}

  /**
   * To a JobMaster.
   *
   * @param executions the attempts of its job that exist here, with their progress
   * @param activeSlots the slots that it has accepted
   * @param offeredSlots those that it has been offered, or will be
   */
  record ToJobMaster(
      List<ExecutionStatus> executions,
      List<AllocationID> activeSlots,
      List<AllocationID> offeredSlots)
      implements TaskExecutorHeartbeat {
    public ToJobMaster {
      executions = List.copyOf(executions);
      activeSlots = List.copyOf(activeSlots);
      offeredSlots = List.copyOf(offeredSlots);
    }
  }

  /** One attempt as its TaskExecutor sees it. */
  record ExecutionStatus(ExecutionAttemptID attemptId, ExecutionState state, IOMetrics metrics) {}
}
