package org.stellwerk.runtime.io;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what stands in buffers that do not fill: a few milliseconds after the first record, for all
 * channels of the process together. No timer runs while nothing waits. A channel that cannot be
 * flushed fails; the others are flushed all the same. Thread-safe.
 */
final class Flusher {

  private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);
  private static final long DELAY_MS = 3;

  private final ScheduledExecutorService scheduler;
  private final Queue<ChannelSink> dirty = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  Flusher(ScheduledExecutorService scheduler) {
    this.scheduler = scheduler;
  }

  /** The channel has something; it must not call again before it was flushed. */
  void add(ChannelSink sink) {
    dirty.add(sink);
    schedule();
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      try {
        scheduler.schedule(this::flush, DELAY_MS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        dirty.clear();
      } catch (Throwable t) {
        flush(); // others count on the timer
        throw t;
      }
    }
  }

  private void flush() {
    scheduled.set(false);
    for (int left = dirty.size(); left > 0; left--) {
      ChannelSink sink = dirty.poll();
      if (sink != null) {
        flushOne(sink);
      }
    }
  }

  private static void flushOne(ChannelSink sink) {
    try {
      sink.flushPartial();
    } catch (Throwable t) {
      fail(sink, t);
    }
  }

  private static void fail(ChannelSink sink, Throwable cause) {
    try {
      sink.flushFailed(cause);
    } catch (Throwable t) {
      LOG.error("A channel that cannot be flushed cannot be ended either.", t);
    }
  }
}
