package org.stellwerk.runtime.messages;

/** What a TaskExecutor's process has; memory in bytes. */
public record HardwareDescription(
    int cpuCores, long physicalMemory, long maxHeap, long managedMemory) {}
