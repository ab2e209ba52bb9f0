package org.stellwerk.runtime.io;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What channels of one connection have ended badly or early and is to be told to the peer. A task
 * that ends leaves all of its channels one after the other: whatever was added until the event loop
 * comes to it is told in few frames. Added to by any thread, drained by the event loop.
 */
final class ChannelEnds {

  /** A consumer that left; {@code end} is null if its producer need not be told. */
  record Left(int channelId, @Nullable ConsumerEnd end, String reason) {

    /** Whether the other can be told in the same frame, right after this one. */
    boolean isTheSameAs(Left other) {
      return end == other.end && reason.equals(other.reason);
    }
  }

  /** A producer that has ended badly. */
  record Broken(RemoteSender sender, ChannelError error) {}

  private final Queue<Left> left = new ConcurrentLinkedQueue<>();
  private final Queue<Broken> broken = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean waiting = new AtomicBoolean();

  /** Whether a drain has to be asked for. */
  boolean add(Left each) {
    left.add(each);
    return waiting.compareAndSet(false, true);
  }

  /** Whether a drain has to be asked for. */
  boolean add(Broken each) {
    broken.add(each);
    return waiting.compareAndSet(false, true);
  }

  /** What is added from here on needs another drain. */
  void drainBegins() {
    waiting.set(false);
  }

  @Nullable Left nextLeft() {
    return left.poll();
  }

  @Nullable Broken nextBroken() {
    return broken.poll();
  }
}
