package org.stellwerk.benchmarks.cluster;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The samples of one measure, one per round. */
public final class Figures {

  private final List<Double> samples = new ArrayList<>();

  /** One more sample. */
  public void add(double sample) {
    samples.add(sample);
  }

  /** How many there are. */
  public int count() {
    return samples.size();
  }

  /** Half of the samples are not larger. */
  public double median() {
    return percentile(50);
  }

  /** The largest. */
  public double worst() {
    return percentile(100);
  }

  double p95() {
    return percentile(95);
  }

  /** What 95 of 100 samples exceed. */
  double p5() {
    return percentile(5);
  }

  /** The nearest rank: with ten samples the 95th percentile is the largest. */
  private double percentile(int percent) {
    if (samples.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = new ArrayList<>(samples);
    Collections.sort(sorted);
    int rank = (sorted.size() * percent + 99) / 100;
    return sorted.get(Math.max(0, rank - 1));
  }
}
