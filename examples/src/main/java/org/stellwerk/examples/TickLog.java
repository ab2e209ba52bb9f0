package org.stellwerk.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the sinks of a {@link Ticker} have written so far ({@link TickSink} tells how); a line that
 * is not complete yet does not count. A restart shows as a source that begins with 0 again, a loss
 * as a hole in its sequence.
 */
public final class TickLog {

  private final Map<Integer, BitSet> seen = new TreeMap<>();
  private final Map<Integer, Integer> twice = new TreeMap<>();
  private final Map<Integer, Integer> begun = new TreeMap<>();

  /** When each sink wrote, in its order. */
  private final Map<Integer, List<Long>> written = new TreeMap<>();

  private TickLog() {}

  /** What is written below the directory for so many sinks. */
  public static TickLog read(Path directory, int sinks) throws IOException {
    TickLog log = new TickLog();
    for (int sink = 0; sink < sinks; sink++) {
      log.add(sink, directory.resolve("part-" + sink));
    }
    return log;
  }

  private void add(int sink, Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.US_ASCII);
    } catch (NoSuchFileException e) {
      return; // a sink that has not begun; who waits for it sees no progress
    }
    List<Long> times = written.computeIfAbsent(sink, key -> new ArrayList<>());
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
      String[] fields = line.split(",");
      int source = Integer.parseInt(fields[0]);
      int sequence = Integer.parseInt(fields[1]);
      times.add(Long.parseLong(fields[3]));
      BitSet numbers = seen.computeIfAbsent(source, key -> new BitSet());
      if (numbers.get(sequence)) {
        twice.merge(source, 1, Integer::sum);
      }
      numbers.set(sequence);
      if (sequence == 0) {
        begun.merge(source, 1, Integer::sum);
      }
    }
  }

  /** The sources of which anything has come. */
  public Set<Integer> sources() {
    return new TreeSet<>(seen.keySet());
  }

  /** How often the source began anew. */
  public int restarts(int source) {
    return Math.max(0, begun.getOrDefault(source, 0) - 1);
  }

  /** How many records of the source came more than once. */
  public int writtenTwice(int source) {
    return twice.getOrDefault(source, 0);
  }

  /** Holes in what has come of the source. */
  public int lost(int source) {
    BitSet numbers = seen.getOrDefault(source, new BitSet());
    return numbers.length() - numbers.cardinality();
  }

  /** The longest time without a line in a sink that has any, within the interval. */
  public long largestGapMs(long fromMillis, long toMillis) {
    return written.keySet().stream()
        .mapToLong(sink -> largestGapMs(sink, fromMillis, toMillis))
        .max()
        .orElse(toMillis - fromMillis);
  }

  /** The longest time without a line in one sink within the interval, whose ends count as lines. */
  public long largestGapMs(int sink, long fromMillis, long toMillis) {
    List<Long> times = written.getOrDefault(sink, List.of());
    if (times.isEmpty()) {
      return 0; // by their hash no source's records go there
    }
    long before = fromMillis;
    long largest = 0;
    for (long time : times) {
      if (time > before && time <= toMillis) {
        largest = Math.max(largest, time - before);
        before = time;
      }
    }
    return Math.max(largest, toMillis - before);
  }
}
