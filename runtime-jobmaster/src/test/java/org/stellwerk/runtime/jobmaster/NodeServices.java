package org.stellwerk.runtime.jobmaster;

import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.TransitionObserver;

/** What an endpoint on a simulated node is given. */
public final class NodeServices {

  private NodeServices() {}

  /** The node's own; no faults, and nobody listens. */
  public static RuntimeServices of(SimNode node) {
    return new RuntimeServices(
        node.clock(),
        node.ids(),
        node.random(),
        node.io(),
        node.fatalErrors(),
        FaultPoints.NONE,
        TransitionObserver.NONE);
  }
}
