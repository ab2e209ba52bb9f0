package org.stellwerk.rpc.akka;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.codec.RemoteInterface;
import org.stellwerk.rpc.dispatch.RpcResponder;

/**
 * A call that waits for its answer: the future that its caller holds, and what is needed to end it
 * one way or the other. Ends once, whoever comes first; any thread.
 */
final class PendingCall extends CompletableFuture<@Nullable Object> implements RpcResponder {

  private final PendingCalls calls;
  private final long id;
  private final long startNanos;
  private final Duration timeout;
  private final Target target;
  private final @Nullable Throwable caller;

  /**
   * What is called, for messages to people and for reading the answer.
   *
   * @param what the method
   * @param address the recipient
   * @param gateway its wire form; null for a call within the process
   * @param peer its process; null for this one
   */
  record Target(
      CallSite what, String address, @Nullable RemoteInterface gateway, @Nullable Peer peer) {}

  PendingCall(PendingCalls calls, long id, Target target, Duration timeout) {
    this.calls = calls;
    this.id = id;
    this.target = target;
    this.timeout = timeout;
    this.caller = calls.captureCaller();
    this.startNanos = System.nanoTime();
  }

  long id() {
    return id;
  }

  Target target() {
    return target;
  }

  boolean isOverdue(long nowNanos) {
    return hasWaited(nowNanos, timeout);
  }

  boolean hasWaited(long nowNanos, Duration waiting) {
    return nowNanos - startNanos >= nanos(waiting);
  }

  private static long nanos(Duration duration) {
    return duration.toSeconds() > Long.MAX_VALUE / 2_000_000_000L
        ? Long.MAX_VALUE
        : duration.toNanos();
  }

  void timeOut() {
    TimeoutException timedOut =
        new TimeoutException(
            target.what().describe()
                + " to "
                + target.address()
                + " was not answered within "
                + timeout.toMillis()
                + " ms.");
    if (caller != null) {
      timedOut.setStackTrace(caller.getStackTrace());
    }
    fail(timedOut);
  }

  @Override
  public void succeed(@Nullable Object value) {
    calls.remove(id);
    complete(value);
  }

  @Override
  public void fail(Throwable failure) {
    calls.remove(id);
    completeExceptionally(failure);
  }
}
