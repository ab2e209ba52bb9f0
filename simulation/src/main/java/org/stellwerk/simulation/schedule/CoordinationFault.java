package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.List;
import org.stellwerk.simulation.SimFaults.Way;
import org.stellwerk.simulation.SimWorld;

/** What befalls the coordination service, its stores and the way to it. */
public sealed interface CoordinationFault extends Fault {

  /** The session of a process ends, as if its pings had not come through. */
  record ExpireSession(String node) implements CoordinationFault {
    @Override
    public List<String> nodes() {
      return List.of(node);
    }

    @Override
    public void begin(SimWorld world) {
      world.faults().expireSession(node);
    }
  }

  /** Messages between a process and the service vanish, in one direction or both. */
  record CutFromCoordination(String node, Way way, Duration lasting) implements CoordinationFault {
    @Override
    public List<String> nodes() {
      return List.of(node);
    }

    @Override
    public void begin(SimWorld world) {
      world.faults().cutFromCoordination(node, way);
    }

    @Override
    public void end(SimWorld world) {
      world.faults().reconnectToCoordination(node);
    }
  }

  /** Leadership moves this many times within milliseconds. */
  record LeaderPingPong(int times) implements CoordinationFault {
    @Override
    public List<String> nodes() {
      return List.of();
    }

    @Override
    public void begin(SimWorld world) {
      world.faults().leaderPingPong(times);
    }
  }

  /** A share of the answers comes up to {@code longest} later. */
  record SlowStores(double share, Duration longest, Duration lasting) implements CoordinationFault {
    @Override
    public List<String> nodes() {
      return List.of();
    }

    @Override
    public void begin(SimWorld world) {
      world.faults().slowStores(share, longest);
    }

    @Override
    public void end(SimWorld world) {
      world.faults().slowStores(0, Duration.ZERO);
    }
  }
}
