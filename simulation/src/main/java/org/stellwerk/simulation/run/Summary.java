package org.stellwerk.simulation.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What many runs have come to. Not thread-safe. */
public final class Summary {

  private final Coverage coverage = new Coverage();
  private final List<RunResult> failures = new ArrayList<>();
  private final Map<Integer, Integer> runsByNodes = new TreeMap<>();
  private int runs;
  private long events;
  private Duration virtualTime = Duration.ZERO;
  private Duration cpuTime = Duration.ZERO;

  void add(RunResult result) {
    runs++;
    events += result.events();
    virtualTime = virtualTime.plus(result.virtualTime());
    coverage.add(result.coverage());
    runsByNodes.merge(result.schedule().shape().names().size(), 1, Integer::sum);
    if (result.failure().isPresent()) {
      failures.add(result);
    }
  }

  /** How many runs have ended. */
  public int runs() {
    return runs;
  }

  /** The events of all runs. */
  public long events() {
    return events;
  }

  /** The virtual time of all runs. */
  public Duration virtualTime() {
    return virtualTime;
  }

  void addCpuTime(Duration more) {
    cpuTime = cpuTime.plus(more);
  }

  /** What the threads of the runs have used, without those of the JVM; zero if not measured. */
  public Duration cpuTime() {
    return cpuTime;
  }

  /** What was seen in any of them. */
  public Coverage coverage() {
    return coverage;
  }

  /** The runs that failed, in the order in which they ended. */
  public List<RunResult> failures() {
    return Collections.unmodifiableList(failures);
  }

  /** How many runs had so many JobManagers and TaskManagers together. */
  public Map<Integer, Integer> runsByNodes() {
    return Collections.unmodifiableMap(runsByNodes);
  }
}
