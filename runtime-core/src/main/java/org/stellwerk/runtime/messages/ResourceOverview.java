package org.stellwerk.runtime.messages;

/** The ResourceManager's part of the overview. */
public record ResourceOverview(int taskManagers, int slotsTotal, int slotsFree) {}
