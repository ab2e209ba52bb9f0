package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.List;
import org.stellwerk.simulation.SimFaults.Way;
import org.stellwerk.simulation.SimWorld;

/** What befalls the coordination service, the stores and the ways to them. */
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

  /** The service is down, for everybody; it comes back with what it held. */
  record CoordinationOutage(Duration lasting) implements CoordinationFault {
    @Override
    public List<String> nodes() {
      return List.of();
    }

    @Override
    public void begin(SimWorld world) {
      world.coordination().crash();
    }

    @Override
    public void end(SimWorld world) {
      world.coordination().restart();
    }
  }

  /** Shares of what is read and written lose their connection, or fail for having lost several. */
  record FailingStores(double reads, double writes, Duration lasting) implements CoordinationFault {
    @Override
    public List<String> nodes() {
      return List.of();
    }

    @Override
    public void begin(SimWorld world) {
      world.faults().failStores(reads, writes);
    }

    @Override
    public void end(SimWorld world) {
      world.faults().failStores(0, 0);
    }
  }

  /** A share of what is read and written fails for good: trying again does not help. */
  record BrokenStores(double share, Duration lasting) implements CoordinationFault {
    @Override
    public List<String> nodes() {
      return List.of();
    }

    @Override
    public void begin(SimWorld world) {
      world.faults().breakStores(share);
    }

    @Override
    public void end(SimWorld world) {
      world.faults().breakStores(0);
    }
  }

  /** A share of what JobManagers do with uploaded files fails. */
  record FailingBlobs(double share, Duration lasting) implements CoordinationFault {
    @Override
    public List<String> nodes() {
      return List.of();
    }

    @Override
    public void begin(SimWorld world) {
      world.faults().failBlobs(share);
    }

    @Override
    public void end(SimWorld world) {
      world.faults().failBlobs(0);
    }
  }
}
