package org.stellwerk.runtime.io;

import java.io.IOException;

/**
 * The producer's end of one channel, made when the consumer asks for it and given to the producer's
 * task once that is there. Thread-safe; only the producer's task thread puts records in.
 */
sealed interface ChannelSink permits LocalChannel, RemoteSender {

  /** The producer is there; what it puts in waits under its scope from now on. */
  void attached(CancelScope producer);

  /** There will be no producer. */
  void refused(ChannelError error);

  /** Makes what was put in so far available to the consumer as soon as it has room; never waits. */
  void flushPartial();

  /** No more records will come. */
  void end();

  /** Waits until everything, the end included, has left the producer. */
  void awaitDrained() throws IOException, InterruptedException;

  /** The producer failed or was cancelled: what was not sent is dropped. */
  void abort(ChannelError error);
}
