package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.simulation.SimWorld;

/** What befalls the links between processes. At its end the links that it cut are well again. */
public sealed interface NetworkFault extends Fault {

  /** Messages between a process and all others, the coordination service included, vanish. */
  record Isolate(String node, Duration lasting) implements NetworkFault {
    @Override
    public List<String> nodes() {
      return List.of(node);
    }

    @Override
    public void begin(SimWorld world) {
      world.network().isolate(node);
    }

    @Override
    public void end(SimWorld world) {
      world.network().rejoin(node);
    }
  }

  /** Messages between two groups vanish. */
  record Partition(List<String> one, List<String> other, Duration lasting) implements NetworkFault {
    public Partition {
      one = List.copyOf(one);
      other = List.copyOf(other);
      if (one.stream().anyMatch(other::contains)) {
        throw new IllegalArgumentException("one=" + one + " and other=" + other + " overlap");
      }
    }

    @Override
    public List<String> nodes() {
      return Stream.concat(one.stream(), other.stream()).toList();
    }

    @Override
    public void begin(SimWorld world) {
      world.network().partition(one, other);
    }

    @Override
    public void end(SimWorld world) {
      world.network().setStatus(one, other, Status.CONNECTED);
    }
  }

  /** The ways between two processes have another status. */
  record Between(String node, String peer, Status status, Duration lasting)
      implements NetworkFault {
    @Override
    public List<String> nodes() {
      return List.of(node, peer);
    }

    @Override
    public void begin(SimWorld world) {
      world.network().setStatus(node, peer, status);
    }

    @Override
    public void end(SimWorld world) {
      world.network().setStatus(node, peer, Status.CONNECTED);
    }
  }

  /** The way from one process to another, but not the way back, has another status. */
  record OneWay(String from, String to, Status status, Duration lasting) implements NetworkFault {
    @Override
    public List<String> nodes() {
      return List.of(from, to);
    }

    @Override
    public void begin(SimWorld world) {
      world.network().setOneWay(from, to, status);
    }

    @Override
    public void end(SimWorld world) {
      world.network().setOneWay(from, to, Status.CONNECTED);
    }
  }

  /** A share of the messages from one process to another vanishes. */
  record Drop(String from, String to, double share, Duration lasting) implements NetworkFault {
    @Override
    public List<String> nodes() {
      return List.of(from, to);
    }

    @Override
    public void begin(SimWorld world) {
      world.network().setDrop(from, to, share);
    }

    @Override
    public void end(SimWorld world) {
      world.network().setDrop(from, to, 0);
    }
  }

  /** What a process sends and receives is held up, and then arrives in its order. */
  record Clog(String node, Duration lasting) implements NetworkFault {
    @Override
    public List<String> nodes() {
      return List.of(node);
    }

    @Override
    public void begin(SimWorld world) {
      world.network().clog(node, lasting);
    }
  }

  /** The processes are clogged one after the other, and let go in another order. */
  record SwizzleClog(List<String> nodes, Duration lasting) implements NetworkFault {
    public SwizzleClog {
      nodes = List.copyOf(nodes);
    }

    @Override
    public void begin(SimWorld world) {
      world.network().swizzleClog(nodes, lasting);
    }
  }

  /**
   * The connection between two processes is lost with what is in flight, and made again at once.
   */
  record Reset(String node, String peer) implements NetworkFault {
    @Override
    public List<String> nodes() {
      return List.of(node, peer);
    }

    @Override
    public void begin(SimWorld world) {
      world.network().reset(node, peer);
    }
  }

  /** Everything everywhere is sometimes slow: links, endpoints, I/O. */
  record Busy(Duration lasting) implements NetworkFault {
    @Override
    public List<String> nodes() {
      return List.of();
    }

    @Override
    public void begin(SimWorld world) {
      world.faults().busy(true);
    }

    @Override
    public void end(SimWorld world) {
      world.faults().busy(false);
    }
  }
}
