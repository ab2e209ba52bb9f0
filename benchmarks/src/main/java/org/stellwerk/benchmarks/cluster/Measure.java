package org.stellwerk.benchmarks.cluster;

import java.util.Locale;

/**
 * One quantity that a scenario measures in each round.
 *
 * @param label what it is
 * @param unit such as "ms"
 * @param gate what the median must keep to; NaN if nothing is asked
 * @param p95Gate what the 95th percentile must keep to; NaN if nothing is asked
 * @param more whether more is better
 * @param flink what Flink 1.20.1 needed for the same, for people
 */
record Measure(String label, String unit, double gate, double p95Gate, boolean more, String flink) {

  /** A duration in milliseconds of which the median must not exceed the gate. */
  static Measure millis(String label, double gate, String flink) {
    return new Measure(label, "ms", gate, Double.NaN, false, flink);
  }

  Measure withP95Gate(double limit) {
    return new Measure(label, unit, gate, limit, more, flink);
  }

  /** Whether the figures keep to the gates. */
  boolean isMetBy(Figures figures) {
    boolean median =
        Double.isNaN(gate)
            || (more ? figures.median() >= gate : Math.round(figures.median()) <= gate);
    return median && (Double.isNaN(p95Gate) || Math.round(figures.p95()) <= p95Gate);
  }

  /** "40 ms", "500 ms, p95 1000 ms", or "" if there is no gate. */
  String describeGate() {
    if (Double.isNaN(gate)) {
      return "";
    }
    String text = (more ? "at least " : "") + number(gate) + " " + unit;
    return Double.isNaN(p95Gate) ? text : text + ", p95 " + number(p95Gate) + " " + unit;
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.0f", value);
  }
}
