package org.stellwerk.runtime.embedded;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.contract.LeaderElectionContract;
import org.stellwerk.util.IdGenerator;

class EmbeddedLeaderElectionTest extends LeaderElectionContract {

  private static final ExecutorService IO = Executors.newFixedThreadPool(2);

  private final EmbeddedHaCluster cluster = new EmbeddedHaCluster(IdGenerator.secure(), IO);

  @AfterAll
  static void stop() {
    IO.shutdownNow();
  }

  @Override
  protected HighAvailabilityServices createMember() {
    return new EmbeddedHighAvailabilityServices(cluster);
  }

  @Override
  protected void expireSession(HighAvailabilityServices member) {
    cluster.revokeLeadership();
    cluster.grantLeadership();
  }
}
