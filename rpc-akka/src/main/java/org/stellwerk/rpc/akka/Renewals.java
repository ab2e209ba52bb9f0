package org.stellwerk.rpc.akka;

import akka.actor.ActorPath;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Has this side's connections to other processes made anew, because this side or the other has
 * found that nothing gets through on them. Both may find it at the same time, and who asks the
 * other side repeats that until it has an answer, and the network may deliver a repetition late:
 * connections that are new are left alone, and what was asked before changes nothing. Thread-safe.
 */
final class Renewals {

  static final long NEW_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** After it no repetition is expected any more. */
  static final long REPEATED_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final Consumer<String> abort;
  private final LongSupplier nowNanos;
  private final Map<String, Long> lastNanos = new LinkedHashMap<>();
  private final Map<String, Request> lastRequests = new LinkedHashMap<>();

  private record Request(long callId, long nanos) {}

  /**
   * None yet.
   *
   * @param abort ends the connections to a process
   */
  Renewals(Consumer<String> abort, LongSupplier nowNanos) {
    this.abort = abort;
    this.nowNanos = nowNanos;
  }

  /**
   * Another process asks for that.
   *
   * @param asker its actor, another one in each incarnation
   * @param callId grows from one request of the actor to its next
   */
  void renewFor(ActorPath asker, long callId) {
    long now = nowNanos.getAsLong();
    String key = asker.toSerializationFormat();
    synchronized (this) {
      lastRequests.values().removeIf(last -> now - last.nanos() >= REPEATED_NANOS);
      Request last = lastRequests.get(key);
      if (last != null && callId <= last.callId()) {
        return;
      }
      lastRequests.put(key, new Request(callId, now));
    }
    renew(asker.address().toString());
  }

  /** Ends the connections to a process, unless that has happened just now. */
  void renew(String process) {
    long now = nowNanos.getAsLong();
    synchronized (this) {
      lastNanos.values().removeIf(last -> now - last >= NEW_NANOS);
      if (lastNanos.putIfAbsent(process, now) != null) {
        return;
      }
    }
    abort.accept(process);
  }
}
