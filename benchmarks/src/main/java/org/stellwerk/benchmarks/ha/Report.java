package org.stellwerk.benchmarks.ha;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What one round showed: times, which are figures only, and what had to hold and did not, which
 * makes the round a failed one.
 */
final class Report {

  private final Map<String, Double> times = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();

  void time(String what, long millis) {
    times.put(what, (double) millis);
  }

  void note(String text) {
    notes.add(text);
  }

  void fail(String why) {
    failures.add(why);
  }

  /** Notes the count, and fails unless it is 0. */
  void expectNone(String what, long count) {
    notes.add(count + " " + what);
    if (count != 0) {
      failures.add(count + " " + what);
    }
  }

  Map<String, Double> times() {
    return times;
  }

  boolean isOk() {
    return failures.isEmpty();
  }

  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    times.forEach(
        (what, millis) -> parts.add(String.format(Locale.ROOT, "%s %.0f ms", what, millis)));
    parts.addAll(notes);
    return (isOk() ? "ok" : "FAILED: " + String.join("; ", failures))
        + " ("
        + String.join(", ", parts)
        + ")";
  }
}
