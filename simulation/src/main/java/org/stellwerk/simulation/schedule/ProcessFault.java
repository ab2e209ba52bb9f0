package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.List;
import org.stellwerk.simulation.SimWorld;

/** What befalls one process. */
public sealed interface ProcessFault extends Fault {

  /** The process. */
  String node();

  @Override
  default List<String> nodes() {
    return List.of(node());
  }

  /** It is killed, and started again later. */
  record Crash(String node, Duration lasting) implements ProcessFault {
    @Override
    public void begin(SimWorld world) {
      world.faults().crash(node);
    }

    @Override
    public void end(SimWorld world) {
      world.faults().restart(node);
    }
  }

  /** It is asked to end, and started again later. */
  record Stop(String node, Duration lasting) implements ProcessFault {
    @Override
    public void begin(SimWorld world) {
      world.faults().stop(node);
    }

    @Override
    public void end(SimWorld world) {
      world.faults().restart(node);
    }
  }

  /** A task in the TaskManager uses up the memory; it ends, and is started again later. */
  record ExhaustMemory(String node, Duration lasting) implements ProcessFault {
    @Override
    public void begin(SimWorld world) {
      world.faults().exhaustMemory(node);
    }

    @Override
    public void end(SimWorld world) {
      world.faults().restart(node);
    }
  }

  /** It stands still, and then runs late. */
  record Freeze(String node, Duration lasting) implements ProcessFault {
    @Override
    public void begin(SimWorld world) {
      world.faults().freeze(node, lasting);
    }
  }

  /** A TaskManager's disk loses what finished tasks have left for others. */
  record LoseResults(String node) implements ProcessFault {
    @Override
    public void begin(SimWorld world) {
      world.faults().loseResults(node);
    }
  }

  /** Its wall clock jumps, back if negative. */
  record ClockStep(String node, Duration by) implements ProcessFault {
    @Override
    public void begin(SimWorld world) {
      world.faults().stepClock(node, by);
    }
  }

  /** Its clock runs fast, or slow if negative. */
  record ClockDrift(String node, long partsPerMillion, Duration lasting) implements ProcessFault {
    @Override
    public void begin(SimWorld world) {
      world.faults().driftClock(node, partsPerMillion);
    }

    @Override
    public void end(SimWorld world) {
      world.faults().driftClock(node, 0);
    }
  }

  /** A share of what it does to files takes up to {@code longest}. */
  record SlowIo(String node, double share, Duration longest, Duration lasting)
      implements ProcessFault {
    @Override
    public void begin(SimWorld world) {
      world.faults().slowIo(node, share, longest);
    }

    @Override
    public void end(SimWorld world) {
      world.faults().slowIo(node, 0, Duration.ZERO);
    }
  }

  /** Its endpoints are busy with a share of their messages for up to {@code longest}. */
  record SlowEndpoints(String node, double share, Duration longest, Duration lasting)
      implements ProcessFault {
    @Override
    public void begin(SimWorld world) {
      world.faults().slowEndpoints(node, share, longest);
    }

    @Override
    public void end(SimWorld world) {
      world.faults().slowEndpoints(node, 0, Duration.ZERO);
    }
  }
}
