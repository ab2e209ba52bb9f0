package org.stellwerk.client;

import java.net.URI;
import java.util.Optional;

/** Finds who leads the cluster, for when the address that is configured does not answer. */
@FunctionalInterface
public interface LeaderLookup {

  /**
   * Looks for the leader; blocking, for some seconds at most.
   *
   * @return its REST address; empty if nobody leads
   * @throws ClusterException in one line, if it cannot be found out
   */
  Optional<URI> find();
}
