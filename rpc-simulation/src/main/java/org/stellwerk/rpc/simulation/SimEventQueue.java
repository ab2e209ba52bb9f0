package org.stellwerk.rpc.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A heap of events that knows where each is, so that cancelled ones leave at once. Four children
 * per event: most events are due soon and rise to the top, which is nearer so.
 */
final class SimEventQueue {

  private @Nullable SimEvent[] heap = new SimEvent[64];
  private int size;
  private int work;

  void add(SimEvent event) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    event.queuedIn(this);
    work += event.kind.mayWait() ? 0 : 1;
    siftUp(size++, event);
  }

  @Nullable SimEvent peek() {
    return size == 0 ? null : heap[0];
  }

  @Nullable SimEvent poll() {
    SimEvent first = peek();
    if (first != null) {
      remove(first);
    }
    return first;
  }

  void remove(SimEvent event) {
    int index = event.heapIndex;
    event.heapIndex = -1;
    event.queuedIn(null);
    work -= event.kind.mayWait() ? 0 : 1;
    SimEvent last = at(--size);
    heap[size] = null;
    if (last != event) {
      siftDown(index, last);
      if (at(index) == last) {
        siftUp(index, last);
      }
    }
  }

  /**
   * The timers that wait by the clock of the node, but not those that it has left behind frozen.
   */
  List<SimEvent> timersOf(SimNode node) {
    List<SimEvent> timers = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      SimEvent event = at(i);
      if (event.node == node && event.kind.inNodeTime() && event.tieBreak >= 0) {
        timers.add(event);
      }
    }
    return timers;
  }

  int size() {
    return size;
  }

  List<SimEvent> all() {
    List<SimEvent> all = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      all.add(at(i));
    }
    return all;
  }

  /** How many events are pending that are not timers. */
  int work() {
    return work;
  }

  private SimEvent at(int index) {
    SimEvent event = heap[index];
    if (event == null) {
      throw new IllegalStateException("The event heap has a hole at " + index);
    }
    return event;
  }

  private void put(int index, SimEvent event) {
    heap[index] = event;
    event.heapIndex = index;
  }

  private void siftUp(int start, SimEvent event) {
    int index = start;
    while (index > 0) {
      int parent = (index - 1) >>> 2;
      if (!event.before(at(parent))) {
        break;
      }
      put(index, at(parent));
      index = parent;
    }
    put(index, event);
  }

  private void siftDown(int start, SimEvent event) {
    int index = start;
    for (int child = firstOfChildren(index);
        child < size && at(child).before(event);
        child = firstOfChildren(index)) {
      put(index, at(child));
      index = child;
    }
    put(index, event);
  }

  /** The child that comes before its siblings; beyond the end if there is none. */
  private int firstOfChildren(int index) {
    int first = 4 * index + 1;
    int end = Math.min(first + 4, size);
    for (int child = first + 1; child < end; child++) {
      if (at(child).before(at(first))) {
        first = child;
      }
    }
    return first;
  }
}
