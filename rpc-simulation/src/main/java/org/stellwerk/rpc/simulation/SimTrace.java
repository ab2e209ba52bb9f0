package org.stellwerk.rpc.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened: a hash of everything and the last lines. Equal seeds must give equal hashes, in
 * every JVM. The hash covers each event's time, node, kind and label, and of messages between nodes
 * what they carry.
 */
public final class SimTrace {

  private static final int KEPT = 5_000;
  private static final int SHOWN = 40;

  private final @Nullable SimEvent[] last = new SimEvent[KEPT];
  private int next;
  private long hash;
  private long count;

  SimTrace() {}

  void add(SimEvent event) {
    count++;
    hash = hash * 0x9E3779B97F4A7C15L + event.hash();
    last[next] = event;
    next = next + 1 == KEPT ? 0 : next + 1;
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
    return lines(KEPT);
  }

  private List<String> lines(int number) {
    List<String> lines = new ArrayList<>();
    for (int i = KEPT - number; i < KEPT; i++) {
      SimEvent event = last[(next + i) % KEPT];
      if (event != null) {
        lines.add(event.toString());
      }
    }
    return lines;
  }

  /** The very last lines, for a failure message. */
  String tail() {
    return String.join("\n  ", lines(SHOWN));
  }
}
