package org.stellwerk.benchmarks.ha;

/** A fault that is injected under a running ticker, and what must hold of the job meanwhile. */
interface HaScenario {

  /** By which the command line chooses it. */
  String name();

  Layout layout();

  /** How often it is done on one cluster, if the command line wishes so many rounds. */
  int rounds(int wished);

  /** Whether each source of the ticker has a sink of its own: as many regions. */
  default boolean independentRegions() {
    return false;
  }

  /** One round; leaves the cluster as it was. */
  void round(HaCluster cluster, TickerRun ticker, Report report) throws Exception;
}
