package org.stellwerk.runtime.messages;

import org.stellwerk.runtime.id.AllocationID;

/** An allocation that was asked for and does not get its slot, and why. */
public record SlotRefusal(AllocationID allocationId, String reason) {}
