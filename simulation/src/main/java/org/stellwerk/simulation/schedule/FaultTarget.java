package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.runtime.options.HeartbeatOptions;

/** What faults can hit: the processes of a cluster, and their patience. */
record FaultTarget(ClusterShape shape, Duration heartbeatTimeout) {

  private static final Duration SHORT_FREEZE = Duration.ofSeconds(2);
  private static final Duration LONGEST_FREEZE = Duration.ofSeconds(45);

  static FaultTarget of(ClusterShape shape, Configuration configuration) {
    return new FaultTarget(shape, configuration.get(HeartbeatOptions.TIMEOUT));
  }

  /** There are more TaskManagers, but more happens at JobManagers. */
  String any(Draw draw) {
    return draw.chance(0.5) ? jobManager(draw) : taskManager(draw);
  }

  String jobManager(Draw draw) {
    return draw.pick(shape.jobManagerNames());
  }

  String taskManager(Draw draw) {
    return draw.pick(shape.taskManagerNames());
  }

  /** JobManagers, often all of them, and often TaskManagers with them. */
  List<String> together(Draw draw) {
    List<String> jobManagers = shape.jobManagerNames();
    List<String> together =
        new ArrayList<>(draw.chance(0.5) ? jobManagers : draw.some(jobManagers));
    if (draw.chance(0.5)) {
      together.addAll(draw.some(shape.taskManagerNames()));
    }
    return together;
  }

  /** All processes but these. */
  List<String> others(List<String> these) {
    List<String> others = new ArrayList<>(shape.names());
    others.removeAll(these);
    return others;
  }

  String peer(Draw draw, String name) {
    return draw.pick(others(List.of(name)));
  }

  /** Anything but well. */
  Status bad(Draw draw) {
    return draw.pick(Arrays.stream(Status.values()).filter(s -> s != Status.CONNECTED).toList());
  }

  /** From a moment to three times what a peer puts up with. */
  Duration freeze(Draw draw) {
    Duration limit = draw.chance(0.5) ? SHORT_FREEZE : heartbeatTimeout.multipliedBy(3);
    return draw.between(
        Duration.ofMillis(1), limit.compareTo(LONGEST_FREEZE) < 0 ? limit : LONGEST_FREEZE);
  }
}
