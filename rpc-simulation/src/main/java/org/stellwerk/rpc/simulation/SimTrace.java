package org.stellwerk.rpc.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What happened: a hash of everything and the last lines. Equal seeds must give equal hashes. */
public final class SimTrace {

  private static final int KEPT = 5_000;
  private static final int SHOWN = 40;

  private final Deque<SimEvent> last = new ArrayDeque<>(KEPT);
  private long hash;
  private long count;

  SimTrace() {}

  void add(SimEvent event) {
    count++;
    hash = hash * 31 + event.timeNanos;
    hash = hash * 31 + (event.node == null ? 0 : event.node.toString().hashCode());
    hash = hash * 31 + event.kind.name().hashCode();
    hash = hash * 31 + event.label.hashCode();
    if (last.size() == KEPT) {
      last.removeFirst();
    }
    last.addLast(event);
  }

  /** A hash of all events so far, in order. */
  public long hash() {
    return hash;
  }

  /** The number of events so far. */
  public long count() {
    return count;
  }

  /** The last 5,000 events at most, oldest first, one line each. */
  public List<String> lines() {
    return last.stream().map(SimEvent::toString).toList();
  }

  /** The very last lines, for a failure message. */
  String tail() {
    List<String> lines = new ArrayList<>();
    last.descendingIterator()
        .forEachRemaining(
            event -> {
              if (lines.size() < SHOWN) {
                lines.add(0, event.toString());
              }
            });
    return String.join("\n  ", lines);
  }
}
