package org.stellwerk.runtime.executiongraph;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.messages.ExecutionState;

/**
 * An attempt at one instant.
 *
 * @param allocationId its slot; null if it has none
 * @param slotSharing with whom it may share the slot
 */
public record ExecutionSnapshot(
    ExecutionAttemptID attemptId,
    ExecutionState state,
    @Nullable AllocationID allocationId,
    SlotSharing slotSharing) {}
