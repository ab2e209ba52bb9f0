package org.stellwerk.runtime.messages;

/**
 * A TaskExecutor introduces itself to a ResourceManager. The slot report is part of it, so that
 * there is no moment in which the one is known without the other.
 */
public record TaskExecutorRegistration(
    String taskExecutorAddress,
    TaskManagerLocation location,
    HardwareDescription hardware,
    SlotReport slotReport,
    Availability availability) {}
