package org.stellwerk.runtime.io;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Divides the memory of the data exchange among its channels to other TaskExecutors. Half is for
 * sending, half for receiving; each channel may use an equal share of its half, at most a couple of
 * segments. So nothing is allocated for an idle channel, no channel ever waits for memory that
 * another one holds, and the total stays below taskmanager.memory.network.max. Only with more than
 * some ten thousand channels the smallest share (512 bytes to send, 1 KiB to receive) can exceed
 * it. In-process channels pass records by reference and take nothing of it. Thread-safe.
 */
final class MemoryShares {

  /** Chunks that a sending channel can hold: two that are full and the one being filled. */
  private static final int CHUNKS_PER_SENDER = 3;

  private static final int MIN_CHUNK = 512;
  private static final int MIN_WINDOW = 1024;

  private final long half;
  private final int segmentSize;
  private final AtomicInteger senders = new AtomicInteger();
  private final AtomicInteger receivers = new AtomicInteger();
  private final LongAdder buffered = new LongAdder();

  MemoryShares(long networkMemory, int segmentSize) {
    this.half = networkMemory / 2;
    this.segmentSize = segmentSize;
  }

  void sendersOpened(int count) {
    senders.addAndGet(count);
  }

  void sendersClosed(int count) {
    senders.addAndGet(-count);
  }

  void receiversOpened(int count) {
    receivers.addAndGet(count);
  }

  void receiversClosed(int count) {
    receivers.addAndGet(-count);
  }

  /** The most bytes of a chunk that is allocated now. */
  int chunkSize() {
    return share(half / CHUNKS_PER_SENDER, senders.get(), MIN_CHUNK, segmentSize);
  }

  /** How many bytes a consumer may have been promised room for, received ones included. */
  int window() {
    return share(half, receivers.get(), MIN_WINDOW, 2 * segmentSize);
  }

  /** Bytes were allocated (or, if negative, let go). */
  void buffered(long bytes) {
    buffered.add(bytes);
  }

  long bufferedBytes() {
    return buffered.sum();
  }

  int openSenders() {
    return senders.get();
  }

  int openReceivers() {
    return receivers.get();
  }

  private static int share(long total, int users, int min, int max) {
    return (int) Math.max(min, Math.min(max, total / Math.max(1, users)));
  }
}
