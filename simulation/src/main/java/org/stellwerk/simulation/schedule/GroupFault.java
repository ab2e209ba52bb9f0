package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.List;
import org.stellwerk.simulation.SimWorld;

/** What befalls several processes in the same instant. */
public sealed interface GroupFault extends Fault {

  /** They are killed, as by the loss of their host, and started again later. */
  record CrashTogether(List<String> nodes, Duration lasting) implements GroupFault {
    public CrashTogether {
      nodes = List.copyOf(nodes);
    }

    @Override
    public void begin(SimWorld world) {
      nodes.forEach(world.faults()::crash);
    }

    @Override
    public void end(SimWorld world) {
      nodes.forEach(world.faults()::restart);
    }
  }
}
