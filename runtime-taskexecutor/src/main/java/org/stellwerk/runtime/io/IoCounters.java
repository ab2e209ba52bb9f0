package org.stellwerk.runtime.io;

import java.util.concurrent.atomic.AtomicLong;
import org.stellwerk.runtime.messages.IOMetrics;

/** What one task has read and written. Counted by the task's thread only, read by any. */
final class IoCounters {

  private final AtomicLong recordsIn = new AtomicLong();
  private final AtomicLong recordsOut = new AtomicLong();
  private final AtomicLong bytesIn = new AtomicLong();
  private final AtomicLong bytesOut = new AtomicLong();

  void recordIn() {
    add(recordsIn, 1);
  }

  void recordOut() {
    add(recordsOut, 1);
  }

  void bytesIn(long bytes) {
    add(bytesIn, bytes);
  }

  void bytesOut(long bytes) {
    add(bytesOut, bytes);
  }

  IOMetrics snapshot() {
    return new IOMetrics(recordsIn.get(), recordsOut.get(), bytesIn.get(), bytesOut.get());
  }

  /** One writer: no atomic addition needed, only that others see the value. */
  private static void add(AtomicLong counter, long amount) {
    counter.lazySet(counter.getPlain() + amount);
  }
}
