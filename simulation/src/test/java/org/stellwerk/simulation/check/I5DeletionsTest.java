package org.stellwerk.simulation.check;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.id.BlobKey;

class I5DeletionsTest {

  private static final BlobKey JAR = new BlobKey("0".repeat(64));

  private final Found found = new Found();
  private final SimNetwork network = new SimNetwork(new SimScheduler(1));
  private final SimNode first = network.newNode("jm-1");
  private final SimNode second = network.newNode("jm-2");
  private @Nullable SimNode leader = first;
  private final I5Deletions invariant = new I5Deletions(found, node -> node == leader);

  private void leads(@Nullable SimNode node) {
    leader = node;
    invariant.onCoordination();
  }

  @Test
  void aLeaderDeletesFiles() {
    invariant.onSetAside(1, first, JAR);
    invariant.onEnd(1, true);
    found.nothing();
  }

  @Test
  void whatWasSetAsideWhileItLedMayEndLater() {
    invariant.onSetAside(1, first, JAR);
    leads(second);
    invariant.onEnd(1, true);
    found.nothing();
  }

  @Test
  void whoComesToLeadInBetweenMayDelete() {
    invariant.onSetAside(1, second, JAR);
    leads(second);
    leads(null);
    invariant.onEnd(1, true);
    found.nothing();
  }

  @Test
  void aDeposedProcessDeletesNothing() {
    leads(second);
    invariant.onSetAside(1, first, JAR);
    invariant.onEnd(1, false);
    found.nothing();
    invariant.onSetAside(2, first, JAR);
    invariant.onEnd(2, true);
    found.reported("I5", "jm-1#1 has deleted file " + JAR);
  }
}
