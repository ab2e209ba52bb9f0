package org.stellwerk.rpc.akka;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Has this side's connections to other processes made anew, because this side or the other has
 * found that nothing gets through on them. Both may find it at the same time, and who asks the
 * other side repeats that until it has an answer: connections that are new are left alone.
 * Thread-safe.
 */
final class Renewals {

  static final long NEW_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Consumer<String> abort;
  private final LongSupplier nowNanos;
  private final Map<String, Long> lastNanos = new LinkedHashMap<>();

  /**
   * None yet.
   *
   * @param abort ends the connections to a process
   */
  Renewals(Consumer<String> abort, LongSupplier nowNanos) {
    this.abort = abort;
    this.nowNanos = nowNanos;
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
