package org.stellwerk.benchmarks.cluster;

import java.util.List;

/** Something that is done to the cluster again and again, and measured each time. */
interface Scenario {

  /** By which the command line chooses it. */
  String name();

  /** What a round measures, in the order of its samples. */
  List<Measure> measures();

  /** Rounds before the first that counts. */
  default int warmUpRounds() {
    return 3;
  }

  /** Whether processes end in a round, so that their CPU time says nothing. */
  default boolean endsProcesses() {
    return false;
  }

  /**
   * One round; leaves the cluster as it was.
   *
   * @return one sample per measure
   */
  double[] round(BenchmarkCluster cluster) throws Exception;
}
