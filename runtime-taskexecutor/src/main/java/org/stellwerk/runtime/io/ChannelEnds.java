package org.stellwerk.runtime.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What channels of one connection have ended badly or early and is to be told to the peer. A task
 * that ends leaves all of its channels one after the other: whatever was added until the event loop
 * comes to it is told in few frames. Added to by any thread, drained by the event loop.
 */
final class ChannelEnds {

  /** A consumer that left its channels before their end. */
  record Left(RemoteInputs inputs, ConsumerEnd end, String reason) {}

  /** Producers that have ended badly for the same reason; their channels by group and index. */
  static final class Broken {

    private final ChannelError error;
    private RemoteSenders[] groups = new RemoteSenders[8];
    private int[] indices = new int[8];
    private int count;

    Broken(ChannelError error) {
      this.error = error;
    }

    ChannelError error() {
      return error;
    }

    int count() {
      return count;
    }

    RemoteSenders group(int i) {
      return groups[i];
    }

    int index(int i) {
      return indices[i];
    }

    private void add(RemoteSenders group, int index) {
      if (count == indices.length) {
        groups = Arrays.copyOf(groups, 2 * count);
        indices = Arrays.copyOf(indices, 2 * count);
      }
      groups[count] = group;
      indices[count++] = index;
    }
  }

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
  synchronized boolean add(RemoteSenders group, int index, ChannelError error) {
    boolean first = added.isEmpty();
    Broken last = last();
    if (last == null || !last.error.equals(error)) {
      last = new Broken(error);
      added.broken.add(last);
    }
    last.add(group, index);
    return first;
  }

  private @Nullable Broken last() {
    List<Broken> broken = added.broken;
    return broken.isEmpty() ? null : broken.get(broken.size() - 1);
  }

  /** Takes what is there; what is added from here on needs another drain. */
  synchronized Added drain() {
    Added taken = added;
    added = new Added(new ArrayList<>(), new ArrayList<>());
    return taken;
  }
}
