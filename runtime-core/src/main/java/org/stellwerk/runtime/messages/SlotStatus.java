package org.stellwerk.runtime.messages;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.SlotID;

/**
 * One slot of a TaskExecutor as that sees it; free if it has neither allocation nor job.
 *
 * @param quarantined whether a task that does not end is in it: until that has ended the slot is
 *     neither free nor of use to the job that had it
 */
public record SlotStatus(
    SlotID slotId,
    @Nullable AllocationID allocationId,
    @Nullable JobID jobId,
    boolean quarantined) {

  public SlotStatus {
    if ((allocationId == null) != (jobId == null)) {
      throw new IllegalArgumentException("A slot has an allocation and a job, or neither");
    }
    if (quarantined && allocationId == null) {
      throw new IllegalArgumentException("A slot without a task is not quarantined");
    }
  }

  /** A slot that is free, or of use to a job. */
  public SlotStatus(SlotID slotId, @Nullable AllocationID allocationId, @Nullable JobID jobId) {
    this(slotId, allocationId, jobId, false);
  }

  /** Whether no job has the slot. */
  public boolean isFree() {
    return allocationId == null;
  }
}
