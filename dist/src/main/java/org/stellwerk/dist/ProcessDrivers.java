package org.stellwerk.dist;

import java.net.BindException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.configuration.ConfigOption;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.AddressResolution;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.RpcSystem;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.cluster.ProcessServices;
import org.stellwerk.runtime.embedded.StandaloneHighAvailabilityServices;
import org.stellwerk.runtime.filesystem.FileHighAvailabilityServices;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.zookeeper.ZooKeeperHighAvailabilityServices;
import org.stellwerk.runtime.highavailability.zookeeper.ZooKeeperUnavailableException;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.runtime.options.JobManagerOptions;
import org.stellwerk.runtime.options.RestOptions;
import org.stellwerk.time.SystemClock;
import org.stellwerk.util.AutoCloseableAsync;
import org.stellwerk.util.ExceptionUtils;
import org.stellwerk.util.FatalErrorHandler;
import org.stellwerk.util.IdGenerator;
import org.stellwerk.util.RandomSource;

/**
 * The real drivers under a process: Akka, ZooKeeper, files or none, the machine's clock, a pool for
 * what may block. Opened before the process and closed after it.
 */
final class ProcessDrivers implements AutoCloseableAsync {

  private static final int IO_THREADS = 4;
  private static final Duration IO_THREAD_IDLE = Duration.ofSeconds(30);

  private final RuntimeServices runtime;
  private final IoPool io;
  private final RpcService rpc;
  private final HighAvailabilityServices highAvailability;

  private ProcessDrivers(
      RuntimeServices runtime,
      IoPool io,
      RpcService rpc,
      HighAvailabilityServices highAvailability) {
    this.runtime = runtime;
    this.io = io;
    this.rpc = rpc;
    this.highAvailability = highAvailability;
  }

  /** Where a process's RPC is reached, and under which key its port is configured. */
  record RpcEndpointAddress(
      String host, String bindHost, String portRange, ConfigOption<?> portOption) {}

  /**
   * Opens the drivers; those that take long are opened side by side.
   *
   * @throws StartupException in one line, if a port is taken or ZooKeeper cannot be reached
   */
  static ProcessDrivers open(
      Configuration configuration, RpcEndpointAddress address, FatalErrorHandler fatal) {
    IoPool io = new IoPool();
    RuntimeServices runtime =
        new RuntimeServices(
            SystemClock.INSTANCE,
            IdGenerator.secure(),
            RandomSource.system(),
            io,
            fatal,
            FaultPoints.NONE,
            TransitionObserver.NONE);
    CompletableFuture<HighAvailabilityServices> highAvailability =
        CompletableFuture.supplyAsync(() -> openHighAvailability(configuration, runtime), io);
    RpcService rpc = openRpc(configuration, address, fatal);
    try {
      return new ProcessDrivers(runtime, io, rpc, highAvailability.join());
    } catch (CompletionException e) {
      rpc.closeAsync();
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** Daemon threads for what may block; none while idle. */
  static final class IoPool extends ThreadPoolExecutor implements AutoCloseable {

    IoPool() {
      super(
          IO_THREADS,
          IO_THREADS,
          IO_THREAD_IDLE.toMillis(),
          TimeUnit.MILLISECONDS,
          new LinkedBlockingQueue<>(),
          IoPool::newThread);
      allowCoreThreadTimeOut(true);
    }

    private static Thread newThread(Runnable task) {
      Thread thread = new Thread(task, "io");
      thread.setDaemon(true);
      return thread;
    }

    @Override
    public void close() {
      shutdown();
    }
  }

  private static RpcService openRpc(
      Configuration configuration, RpcEndpointAddress address, FatalErrorHandler fatal) {
    try {
      return RpcSystem.load(configuration)
          .remoteServiceBuilder(configuration, address.host(), address.portRange())
          .withBindAddress(address.bindHost())
          .withFatalErrorHandler(fatal)
          .createAndStart();
    } catch (Exception e) {
      if (ExceptionUtils.findThrowable(e, BindException.class).isPresent()) {
        throw new StartupException(
            "Port "
                + address.portRange()
                + " for RPC on "
                + address.bindHost()
                + " is taken by another process or the address is not of this machine; stop that"
                + " process, or set another "
                + address.portOption().key(),
            e);
      }
      throw new StartupException("RPC could not start: " + ExceptionUtils.describe(e), e);
    }
  }

  private static HighAvailabilityServices openHighAvailability(
      Configuration configuration, RuntimeServices runtime) {
    return switch (configuration.get(HighAvailabilityOptions.TYPE)) {
      case ZOOKEEPER -> openZooKeeper(configuration, runtime);
      case FILE -> FileHighAvailabilityServices.create(configuration, runtime.io(), runtime.ids());
      case NONE ->
          new StandaloneHighAvailabilityServices(
              standaloneAddressPrefix(configuration), restAddress(configuration), runtime.io());
    };
  }

  private static HighAvailabilityServices openZooKeeper(
      Configuration configuration, RuntimeServices runtime) {
    try {
      return ZooKeeperHighAvailabilityServices.create(configuration, runtime.io(), runtime.ids());
    } catch (ZooKeeperUnavailableException e) {
      throw new StartupException(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartupException("Interrupted while connecting to ZooKeeper", e);
    }
  }

  private static String standaloneAddressPrefix(Configuration configuration) {
    String port = configuration.get(JobManagerOptions.RPC_PORT);
    try {
      return RpcSystem.load(configuration)
          .getRpcUrl(
              configuration.get(JobManagerOptions.RPC_ADDRESS),
              Integer.parseInt(port),
              "",
              AddressResolution.NO_ADDRESS_RESOLUTION,
              configuration);
    } catch (NumberFormatException e) {
      throw new StartupException(
          "Without high availability "
              + JobManagerOptions.RPC_PORT.key()
              + " must be one port, but is '"
              + port
              + "'",
          e);
    }
  }

  /** The URL under which clients reach the REST endpoint of this configuration. */
  static String restAddress(Configuration configuration) {
    String host =
        configuration
            .getOptional(RestOptions.ADDRESS)
            .orElseGet(() -> configuration.get(JobManagerOptions.RPC_ADDRESS));
    return "http://" + host + ":" + configuration.get(RestOptions.PORT);
  }

  /** "host:port-suffix": the name of a process that was given none. */
  static ResourceID generatedResourceId(ProcessDrivers drivers, String host) {
    String suffix = drivers.runtime.ids().nextUuid().toString().substring(0, 6);
    return new ResourceID(host + ":" + drivers.rpc.getPort() + "-" + suffix);
  }

  ProcessServices services() {
    return new ProcessServices(rpc, highAvailability, runtime);
  }

  RpcService rpc() {
    return rpc;
  }

  HighAvailabilityServices highAvailability() {
    return highAvailability;
  }

  RuntimeServices runtime() {
    return runtime;
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    return FutureUtils.composeAfterwards(
            highAvailability.closeAsync(), Runnable::run, rpc::closeAsync)
        .whenComplete((ignored, failure) -> io.close());
  }
}
