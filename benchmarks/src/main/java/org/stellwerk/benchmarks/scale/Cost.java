package org.stellwerk.benchmarks.scale;

/**
 * What a step has taken. CPU time is that of the one thread in which all components run, the
 * simulated network and the encoding of all messages included; messages and bytes are those between
 * processes.
 */
public record Cost(String step, double cpuSeconds, long messages, long allocatedBytes) {}
