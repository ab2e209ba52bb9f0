package org.stellwerk.runtime.messages;

import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.SlotID;

/** A slot and the allocation that it is to have, or has had. */
public record SlotAllocation(SlotID slotId, AllocationID allocationId) {}
