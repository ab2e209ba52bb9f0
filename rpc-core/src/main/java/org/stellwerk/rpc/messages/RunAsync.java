package org.stellwerk.rpc.messages;

/** Code to run in an endpoint's main thread; never leaves the process. */
public record RunAsync(Runnable runnable) {}
