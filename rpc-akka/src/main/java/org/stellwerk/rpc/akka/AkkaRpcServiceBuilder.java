package org.stellwerk.rpc.akka;

import akka.actor.ActorSystem;
import com.typesafe.config.Config;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.rpc.RpcSystem;
import org.stellwerk.rpc.RpcSystem.ExecutorConfiguration;
import org.stellwerk.rpc.RpcSystem.RpcServiceBuilder;
import org.stellwerk.rpc.akka.AkkaUtils.HostAndPort;
import org.stellwerk.util.ExceptionUtils;
import org.stellwerk.util.FatalErrorHandler;

/** Makes services: tries the ports in order and starts an actor system on the first free one. */
public final class AkkaRpcServiceBuilder implements RpcServiceBuilder {

  private static final Logger LOG = LoggerFactory.getLogger(AkkaRpcServiceBuilder.class);

  private final Configuration configuration;
  private final @Nullable String externalHost;
  private final Set<Integer> externalPorts;
  private final String portText;
  private String componentName = "rpc";
  private @Nullable String bindAddress;
  private @Nullable Integer bindPort;
  private ExecutorConfiguration executor = AkkaUtils.DEFAULT_EXECUTOR;
  private @Nullable FatalErrorHandler fatalErrorHandler;

  AkkaRpcServiceBuilder(Configuration configuration) {
    this.configuration = configuration;
    this.externalHost = null;
    this.portText = "";
    this.externalPorts = Set.of();
  }

  AkkaRpcServiceBuilder(Configuration configuration, String externalHost, String portRange) {
    this.configuration = configuration;
    this.externalHost = AkkaRpcServiceUtils.normalizeHost(externalHost);
    if (externalHost.indexOf('_') >= 0) {
      throw new IllegalConfigurationException(
          "'" + externalHost + "' cannot be published: a host name has no underscore.");
    }
    this.portText = portRange;
    this.externalPorts = PortRange.parse(portRange);
  }

  @Override
  public AkkaRpcServiceBuilder withComponentName(String name) {
    componentName = name;
    return this;
  }

  @Override
  public AkkaRpcServiceBuilder withBindAddress(String address) {
    bindAddress = AkkaRpcServiceUtils.normalizeHost(address);
    return this;
  }

  @Override
  public AkkaRpcServiceBuilder withBindPort(int port) {
    bindPort = port;
    return this;
  }

  @Override
  public AkkaRpcServiceBuilder withExecutorConfiguration(
      RpcSystem.ExecutorConfiguration executorConfiguration) {
    executor = executorConfiguration;
    return this;
  }

  @Override
  public AkkaRpcServiceBuilder withFatalErrorHandler(FatalErrorHandler handler) {
    fatalErrorHandler = handler;
    return this;
  }

  @Override
  public AkkaRpcService createAndStart() throws IOException {
    if (externalHost == null) {
      return start(null, null);
    }
    String bindHost = bindAddress == null ? externalHost : bindAddress;
    IOException last = null;
    for (int externalPort : externalPorts) {
      int port = bindPort == null ? externalPort : bindPort;
      try {
        checkFree(bindHost, port);
        AkkaRpcService service =
            start(
                new HostAndPort(externalHost, externalPort == 0 ? port : externalPort),
                new HostAndPort(bindHost, port));
        LOG.info(
            "{} listens on {}:{}, published as {}:{}{}.",
            componentName,
            bindHost,
            port == 0 ? service.getPort() : port,
            service.getAddress(),
            service.getPort(),
            Tls.of(service.getActorSystem()).map(tls -> ", with mutual TLS").orElse(""));
        return service;
      } catch (BindException e) {
        last = e;
      }
    }
    BindException failure =
        new BindException(
            "Cannot listen on "
                + bindHost
                + ", port "
                + (bindPort == null ? portText : String.valueOf(bindPort))
                + ": "
                + (last == null ? "no port is given" : last.getMessage())
                + ".");
    if (last != null) {
      failure.initCause(last);
    }
    throw failure;
  }

  /** Asks the kernel first: an actor system that cannot bind takes much longer to say so. */
  private static void checkFree(String host, int port) throws IOException {
    if (port == 0) {
      return;
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (BindException e) {
      BindException named = new BindException(host + ":" + port + ": " + e.getMessage());
      named.initCause(e);
      throw named;
    }
  }

  private AkkaRpcService start(@Nullable HostAndPort external, @Nullable HostAndPort bind)
      throws BindException {
    Config config = AkkaUtils.getAkkaConfig(configuration, external, bind, executor);
    AkkaRpcServiceConfiguration settings =
        AkkaRpcServiceConfiguration.fromConfiguration(configuration);
    if (fatalErrorHandler != null) {
      settings = settings.withFatalErrorHandler(fatalErrorHandler);
    }
    Tls tls = external == null ? null : Tls.fromConfiguration(configuration).orElse(null);
    ActorSystem system;
    try {
      FatalErrorHandler handler = settings.fatalErrorHandler();
      system =
          RobustActorSystem.create(
              AkkaUtils.ACTOR_SYSTEM_NAME,
              config,
              tls,
              (thread, fault) -> handler.onFatalError(fault));
    } catch (RuntimeException e) {
      BindException inUse = ExceptionUtils.findThrowable(e, BindException.class).orElse(null);
      if (inUse == null) {
        throw e;
      }
      BindException failure = new BindException(inUse.getMessage());
      failure.initCause(e);
      throw failure;
    }
    return new AkkaRpcService(system, settings);
  }
}
