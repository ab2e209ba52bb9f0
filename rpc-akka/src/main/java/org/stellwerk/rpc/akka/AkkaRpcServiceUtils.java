package org.stellwerk.rpc.akka;

import akka.actor.Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.AddressResolution;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;

/** Addresses of endpoints, and how services are made. */
public final class AkkaRpcServiceUtils {

  private static final String PATH = "/user/rpc/";

  private AkkaRpcServiceUtils() {}

  /**
   * A running service that peers reach.
   *
   * @param externalAddress the published host; null for the local host
   * @param portRange a port, "0" for any, or ranges such as "50100-50200,50300"
   * @throws Exception with BindException among its causes if no port is free
   */
  public static AkkaRpcService createRemoteRpcService(
      Configuration configuration, @Nullable String externalAddress, String portRange)
      throws Exception {
    return remoteServiceBuilder(configuration, externalAddress, portRange).createAndStart();
  }

  /** The builder of a service that peers reach. */
  public static AkkaRpcServiceBuilder remoteServiceBuilder(
      Configuration configuration, @Nullable String externalAddress, String portRange) {
    return new AkkaRpcServiceBuilder(
        configuration, externalAddress == null ? localHost() : externalAddress, portRange);
  }

  /** The builder of a service without network. */
  public static AkkaRpcServiceBuilder localServiceBuilder(Configuration configuration) {
    return new AkkaRpcServiceBuilder(configuration);
  }

  /** The address of an endpoint in another process. */
  public static String getRpcUrl(
      String host, int port, String endpointName, AddressResolution resolution) {
    String normalised = normalizeHost(host);
    if (resolution == AddressResolution.TRY_ADDRESS_RESOLUTION) {
      try {
        InetAddress.getByName(normalised);
      } catch (UnknownHostException e) {
        throw new RpcRuntimeException(
            "Host '" + host + "' cannot be resolved; check its spelling and the name service.", e);
      }
    }
    return "akka://"
        + AkkaUtils.ACTOR_SYSTEM_NAME
        + "@"
        + normalised
        + ":"
        + port
        + PATH
        + endpointName;
  }

  /** The address of an endpoint within the process. */
  public static String getLocalRpcUrl(String endpointName) {
    return "akka://" + AkkaUtils.ACTOR_SYSTEM_NAME + PATH + endpointName;
  }

  static String endpointUrl(Address service, String endpointName) {
    return service + PATH + endpointName;
  }

  /** A host as addresses have it: lower case, IPv6 in brackets, loopback if empty. */
  static String normalizeHost(@Nullable String host) {
    String trimmed = host == null ? "" : host.trim().toLowerCase(Locale.ROOT);
    if (trimmed.isEmpty()) {
      return InetAddress.getLoopbackAddress().getHostAddress();
    }
    return trimmed.indexOf(':') >= 0 && !trimmed.startsWith("[") ? "[" + trimmed + "]" : trimmed;
  }

  private static String localHost() {
    try {
      return InetAddress.getLocalHost().getHostAddress();
    } catch (UnknownHostException e) {
      return InetAddress.getLoopbackAddress().getHostAddress();
    }
  }
}
