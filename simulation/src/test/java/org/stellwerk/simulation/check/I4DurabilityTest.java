package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.job;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;

class I4DurabilityTest {

  private final Found found = new Found();
  private final Set<JobID> acknowledged = new LinkedHashSet<>();
  private final Set<JobID> kept = new LinkedHashSet<>();
  private final List<JobGraph> unfinished = new ArrayList<>();
  private final Set<BlobKey> jars = new LinkedHashSet<>();
  private final I4Durability invariant =
      new I4Durability(
          found,
          () -> acknowledged,
          kept::contains,
          new I4Durability.Jars(() -> unfinished, jars::contains));

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

  @Test
  void theJarsOfAnAcknowledgedJobAreThereWhileItIsNotOver() {
    BlobKey jar = new BlobKey("0".repeat(64));
    unfinished.add(
        new JobGraph(
            job(1),
            "job",
            List.of(
                new JobVertex(new JobVertexID(new UUID(0, 1)), "v", 1, "C", Map.of(), new byte[0])),
            List.of(),
            Map.of(),
            List.of(jar)));
    kept.add(job(1));
    invariant.onCoordination();
    found.nothing();
    acknowledged.add(job(1));
    jars.add(jar);
    invariant.onCoordination();
    found.nothing();
    jars.remove(jar);
    invariant.onCoordination();
    found.reported("I4", "its jar " + jar + " is gone");
  }
}
