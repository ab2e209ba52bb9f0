package org.stellwerk.rpc.messages;

import java.util.concurrent.Callable;

/** Code to call in an endpoint's main thread; never leaves the process. */
public record CallAsync(Callable<?> callable) {}
