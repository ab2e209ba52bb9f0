package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.job;

import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.JobID;

class I4DurabilityTest {

  private final Found found = new Found();
  private final Set<JobID> acknowledged = new LinkedHashSet<>();
  private final Set<JobID> kept = new LinkedHashSet<>();
  private final I4Durability invariant =
      new I4Durability(found, () -> acknowledged, kept::contains);

  @Test
  void whatWasAcknowledgedIsKept() {
    kept.add(job(1));
    kept.add(job(2));
    acknowledged.add(job(1));
    invariant.onCoordination();
    found.nothing();
    kept.remove(job(1));
    invariant.onCoordination();
    found.reported("I4", "but is in no store");
  }
}
