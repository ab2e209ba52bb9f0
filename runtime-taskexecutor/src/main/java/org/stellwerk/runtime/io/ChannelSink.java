package org.stellwerk.runtime.io;

import java.io.IOException;

/**
 * The producer's end of one channel, made when the producer first needs it. Thread-safe; only the
 * producer's task thread puts records in.
 */
sealed interface ChannelSink permits LocalChannel, RemoteSender {

  /** Makes what was put in so far available to the consumer as soon as it has room; never waits. */
  void flushPartial();

  /** {@link #flushPartial} has thrown: whoever waits for the channel fails. */
  void flushFailed(Throwable cause);

  /** No more records will come. */
  void end();

  /** Waits until everything, the end included, has left the producer. */
  void awaitDrained() throws IOException, InterruptedException;
}
