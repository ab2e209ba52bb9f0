package org.stellwerk.runtime.io;

import java.util.ArrayList;
import java.util.List;
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

  /** What was added since the last drain, in that order. */
  record Added(List<Left> left, List<Broken> broken) {
    boolean isEmpty() {
      return left.isEmpty() && broken.isEmpty();
    }
  }

  private Added added = new Added(new ArrayList<>(), new ArrayList<>());

  /** Whether a drain has to be asked for. */
  synchronized boolean add(Left each) {
    boolean first = added.isEmpty();
    added.left.add(each);
    return first;
  }

  /** Whether a drain has to be asked for. */
  synchronized boolean add(Broken each) {
    boolean first = added.isEmpty();
    added.broken.add(each);
    return first;
  }

  /** Takes what is there; what is added from here on needs another drain. */
  synchronized Added drain() {
    Added taken = added;
    added = new Added(new ArrayList<>(), new ArrayList<>());
    return taken;
  }
}
