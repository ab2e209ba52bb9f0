package org.stellwerk.rpc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.stellwerk.annotation.NotSimulated;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.configuration.Configuration;

/** Static helpers around endpoints and services. */
public final class RpcUtils {

  /** As good as no timeout. */
  public static final Duration INF_TIMEOUT = Duration.ofDays(21_474);

  /** As good as for ever. */
  public static final Duration INF_DURATION = INF_TIMEOUT;

  private RpcUtils() {}

  /**
   * A running service that peers reach; for mains and tests.
   *
   * @param externalAddress the host that is published; null for the local host
   * @param externalPortRange a port, "0" for any, or ranges such as "50100-50200,50300"
   * @param bindAddress the interface that is listened on; null for the external address
   * @param bindPort the port that is listened on; null for the external port
   * @throws Exception with BindException among its causes if no port is free
   */
  @NotSimulated("for mains and tests")
  public static RpcService createRemoteRpcService(
      RpcSystem rpcSystem,
      Configuration configuration,
      @Nullable String externalAddress,
      String externalPortRange,
      @Nullable String bindAddress,
      @Nullable Integer bindPort)
      throws Exception {
    RpcSystem.RpcServiceBuilder builder =
        rpcSystem.remoteServiceBuilder(configuration, externalAddress, externalPortRange);
    if (bindAddress != null) {
      builder = builder.withBindAddress(bindAddress);
    }
    if (bindPort != null) {
      builder = builder.withBindPort(bindPort);
    }
    return builder.createAndStart();
  }

  /** Every gateway interface that a class implements, inherited ones included, sorted by name. */
  public static List<Class<? extends RpcGateway>> extractImplementedRpcGateways(Class<?> clazz) {
    Set<Class<? extends RpcGateway>> gateways =
        new TreeSet<>(Comparator.comparing((Class<?> c) -> c.getName()));
    for (Class<?> current = clazz; current != null; current = current.getSuperclass()) {
      for (Class<?> implemented : current.getInterfaces()) {
        collect(implemented, gateways);
      }
    }
    return Collections.unmodifiableList(new ArrayList<>(gateways));
  }

  private static void collect(Class<?> type, Set<Class<? extends RpcGateway>> gateways) {
    if (RpcGateway.class.isAssignableFrom(type)) {
      gateways.add(type.asSubclass(RpcGateway.class));
    }
    for (Class<?> parent : type.getInterfaces()) {
      collect(parent, gateways);
    }
  }

  /** Terminates endpoints and waits for it; for mains and tests. */
  @NotSimulated("for mains and tests")
  public static void terminateRpcEndpoint(RpcEndpoint... endpoints)
      throws ExecutionException, InterruptedException {
    List<CompletableFuture<Void>> closing = new ArrayList<>();
    for (RpcEndpoint endpoint : endpoints) {
      closing.add(endpoint.closeAsync());
    }
    FutureUtils.completeAll(closing).get();
  }

  /** Terminates services and waits for it; for mains and tests. */
  @NotSimulated("for mains and tests")
  public static void terminateRpcService(RpcService... services)
      throws ExecutionException, InterruptedException {
    List<CompletableFuture<Void>> closing = new ArrayList<>();
    for (RpcService service : services) {
      closing.add(service.closeAsync());
    }
    FutureUtils.completeAll(closing).get();
  }
}
