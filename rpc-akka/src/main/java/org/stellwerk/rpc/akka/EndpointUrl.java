package org.stellwerk.rpc.akka;

import akka.actor.ActorPath;
import akka.actor.ActorPaths;
import akka.actor.Address;

/**
 * An endpoint's address, taken apart.
 *
 * @param url the whole
 * @param host empty for an address within the process
 * @param port -1 for an address within the process
 * @param process its process: everything before the path
 * @param name the endpoint's name
 */
record EndpointUrl(String url, String host, int port, String process, String name) {

  /**
   * The parts of an address.
   *
   * @throws IllegalArgumentException if it is none
   */
  static EndpointUrl parse(String url) {
    ActorPath path;
    try {
      path = ActorPaths.fromString(url);
    } catch (Exception e) { // MalformedURLException, which Scala does not declare
      throw new IllegalArgumentException(
          "'"
              + url
              + "' is no RPC address; it must look like akka://stellwerk@host:port/user/rpc/name",
          e);
    }
    Address address = path.address();
    boolean hasHost = address.host().isDefined() && address.port().isDefined();
    return new EndpointUrl(
        url,
        hasHost ? address.host().get() : "",
        hasHost ? (Integer) address.port().get() : -1,
        address.toString(),
        path.name());
  }

  boolean isLocalTo(Address service) {
    return host.isEmpty()
        || (service.host().isDefined()
            && service.host().get().equalsIgnoreCase(host)
            && service.port().isDefined()
            && (Integer) service.port().get() == port);
  }
}
