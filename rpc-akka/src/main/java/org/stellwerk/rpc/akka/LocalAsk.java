package org.stellwerk.rpc.akka;

/**
 * A call within the process that is answered; never serialised.
 *
 * @param message an invocation with or without a fence, or a callable
 * @param call its future
 */
record LocalAsk(Object message, PendingCall call) {}
