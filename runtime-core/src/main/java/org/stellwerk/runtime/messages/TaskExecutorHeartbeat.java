package org.stellwerk.runtime.messages;

import java.util.List;
import org.stellwerk.runtime.id.ExecutionAttemptID;

/** What a TaskExecutor tells with each heartbeat. */
public sealed interface TaskExecutorHeartbeat {

  /** To the ResourceManager: its slots and its free heap in bytes. */
  record ToResourceManager(SlotReport slotReport, long freeHeap) implements TaskExecutorHeartbeat {}

  /** To a JobMaster: the attempts of its job that exist here, with their progress. */
  record ToJobMaster(List<ExecutionStatus> executions) implements TaskExecutorHeartbeat {
    public ToJobMaster {
      executions = List.copyOf(executions);
    }
  }

  /** One attempt as its TaskExecutor sees it. */
  record ExecutionStatus(ExecutionAttemptID attemptId, ExecutionState state, IOMetrics metrics) {}
}
