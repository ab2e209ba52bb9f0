package org.stellwerk.runtime.messages;

import org.stellwerk.runtime.id.AllocationID;

/** A TaskExecutor's slot, offered to the JobMaster that it was allocated for. */
public record SlotOffer(AllocationID allocationId, int slotIndex) {}
