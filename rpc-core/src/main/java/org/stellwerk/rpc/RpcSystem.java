package org.stellwerk.rpc;

import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.stellwerk.annotation.NotSimulated;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;
import org.stellwerk.util.FatalErrorHandler;

/** An implementation of RPC: makes services and knows how its addresses are written. */
@NotSimulated("finds the transport of real processes; the simulator makes its own service")
public interface RpcSystem extends AutoCloseable {

  /** A service without network, for endpoints of one process. */
  RpcServiceBuilder localServiceBuilder(Configuration configuration);

  /**
   * A service that peers reach.
   *
   * @param externalAddress the host that is published; null for the local host
   * @param externalPortRange a port, "0" for any, or ranges such as "50100-50200,50300"
   */
  RpcServiceBuilder remoteServiceBuilder(
      Configuration configuration, @Nullable String externalAddress, String externalPortRange);

  /** The address of an endpoint of another process. */
  String getRpcUrl(
      String host,
      int port,
      String endpointName,
      AddressResolution resolution,
      Configuration configuration);

  /** The host and port in an address. */
  InetSocketAddress getInetSocketAddressFromRpcUrl(String url);

  /** The largest message that a call may make, in bytes. */
  long getMaximumMessageSizeInBytes(Configuration configuration);

  @Override
  void close();

  /** The implementation with the highest priority on the class path, with default settings. */
  static RpcSystem load() {
    return load(Configuration.empty());
  }

  /** The implementation with the highest priority on the class path. */
  static RpcSystem load(Configuration configuration) {
    Optional<RpcSystemLoader> loader =
        ServiceLoader.load(RpcSystemLoader.class).stream()
            .map(ServiceLoader.Provider::get)
            .max(Comparator.comparingInt(RpcSystemLoader::getLoadPriority));
    return loader
        .orElseThrow(() -> new RpcRuntimeException("No RpcSystemLoader is on the class path"))
        .loadRpcSystem(configuration);
  }

  /** How a service is made. */
  interface RpcServiceBuilder {

    /** A name for threads and logs. */
    RpcServiceBuilder withComponentName(String name);

    /** The interface that is listened on; by default the external address. */
    RpcServiceBuilder withBindAddress(String bindAddress);

    /** The port that is listened on; by default the external port. */
    RpcServiceBuilder withBindPort(int bindPort);

    /** The threads that run endpoints. */
    RpcServiceBuilder withExecutorConfiguration(ExecutorConfiguration executorConfiguration);

    /** Where faults of the endpoints and of the transport go; by default they are logged. */
    RpcServiceBuilder withFatalErrorHandler(FatalErrorHandler handler);

    /**
     * Makes and starts the service.
     *
     * @throws Exception with BindException among its causes if no port is free
     */
    RpcService createAndStart() throws Exception;
  }

  /** The threads that run endpoints. */
  sealed interface ExecutorConfiguration {}

  /** A fork-join pool of {@code cores × factor} threads within the bounds. */
  record ForkJoinExecutorConfiguration(
      double parallelismFactor, int minParallelism, int maxParallelism)
      implements ExecutorConfiguration {}

  /** A fixed pool with a thread priority (1 to 10). */
  record FixedThreadPoolExecutorConfiguration(
      int minNumThreads, int maxNumThreads, int threadPriority) implements ExecutorConfiguration {}
}
