package org.stellwerk.client;

/**
 * A TaskManager in a list.
 *
 * @param availability OPEN, CORDONED, DRAINING or DRAINED
 */
public record TaskManagerSummary(String id, int slots, int freeSlots, String availability) {}
