package org.stellwerk.rpc.akka;

import akka.actor.ActorPath;
import akka.actor.ActorPaths;
import akka.actor.Address;

/**
 * An endpoint's address, taken apart.
 *
 * @param url the whole, without a number
 * @param host empty for an address within the process
 * @param port -1 for an address within the process
 * @param process its process: everything before the path
 * @param name the endpoint's name
 * @param number of the endpoint in a direct address; 0 in an address by name
 */
record EndpointUrl(String url, String host, int port, String process, String name, int number) {

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
        path.toString(),
        hasHost ? address.host().get() : "",
        hasHost ? (Integer) address.port().get() : -1,
        address.toString(),
        path.name(),
        path.uid());
  }

  boolean isDirect() {
    return number != 0;
  }

  /** By what the endpoint's service finds it. */
  String key() {
    return isDirect() ? LocalServers.directAddress(name, number) : name;
  }

  /** The name of the endpoint's actor; of a direct address only. */
  String actorName() {
    return LocalServers.actorName(name, number);
  }

  boolean isLocalTo(Address service) {
    return host.isEmpty()
        || (service.host().isDefined()
            && service.host().get().equalsIgnoreCase(host)
            && service.port().isDefined()
            && (Integer) service.port().get() == port);
  }
}
