package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.List;

/**
 * The end of the faults: all links and the coordination service are well again, and the core lives.
 * Processes outside of the core stay as they are, dead ones included.
 *
 * @param at when
 * @param core names of the processes that are started again if they are dead; at least one
 *     JobManager and one TaskManager
 */
public record Heal(Duration at, List<String> core) {

  public Heal {
    core = List.copyOf(core);
    if (core.stream().noneMatch(ClusterShape::isJobManager)
        || core.stream().noneMatch(ClusterShape::isTaskManager)) {
      throw new IllegalArgumentException(
          "the core has at least one JobManager and one TaskManager, but is " + core);
    }
  }

  void checkBefore(Step step) {
    if (step.at().compareTo(at) >= 0) {
      throw new IllegalArgumentException(
          "a step is before the heal at "
              + ValueText.format(at)
              + ", not at "
              + ValueText.format(step.at()));
    }
  }
}
