package org.stellwerk.runtime.io;

/** What the inputs and outputs of one task share. */
record TaskScope(CancelScope scope, IoCounters counters) {}
