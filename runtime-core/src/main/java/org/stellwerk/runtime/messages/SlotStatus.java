package org.stellwerk.runtime.messages;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.SlotID;

/** One slot of a TaskExecutor as that sees it; free if it has neither allocation nor job. */
public record SlotStatus(
    SlotID slotId, @Nullable AllocationID allocationId, @Nullable JobID jobId) {

  public SlotStatus {
    if ((allocationId == null) != (jobId == null)) {
      throw new IllegalArgumentException("A slot has an allocation and a job, or neither");
    }
  }

  /** Whether no job has the slot. */
  public boolean isFree() {
    return allocationId == null;
  }
}
