package org.stellwerk.benchmarks.scale;

/**
 * What a step has taken. CPU time is that of the one thread in which all components run, the
 * simulated network and the encoding of all messages included; messages are the calls between
 * processes and their answers.
 */
public record Cost(String step, double cpuSeconds, long messages, long allocatedBytes) {}
