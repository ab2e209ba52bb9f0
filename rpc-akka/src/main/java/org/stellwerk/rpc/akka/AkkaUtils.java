package org.stellwerk.rpc.akka;

import akka.actor.ActorSystem;
import akka.actor.Address;
import akka.actor.BootstrapSetup;
import akka.actor.ExtendedActorSystem;
import akka.actor.setup.ActorSystemSetup;
import akka.remote.artery.tcp.SSLEngineProviderSetup;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.rpc.RpcSystem;
import org.stellwerk.rpc.RpcSystem.ExecutorConfiguration;

/**
 * Actor systems and their settings. The settings are made here alone: no configuration file of the
 * user is read, and nothing hooks itself into the JVM's shutdown.
 */
public final class AkkaUtils {

  /** The name of every actor system, and so a part of every address. */
  public static final String ACTOR_SYSTEM_NAME = "stellwerk";

  /** The threads that run endpoints and the transport alike. */
  public static final ExecutorConfiguration DEFAULT_EXECUTOR =
      new RpcSystem.ForkJoinExecutorConfiguration(1.0, 2, 8);

  /** The largest frame: a part of a message, and headroom for Akka's envelope. */
  static final int FRAME_BYTES = LargeMessages.PART_BYTES + 64 * 1024;

  private AkkaUtils() {}

  /** A host and a port. */
  public record HostAndPort(String host, int port) {}

  /** A local actor system with default settings. */
  public static ActorSystem createDefaultActorSystem() {
    return createLocalActorSystem(Configuration.empty());
  }

  /** An actor system without network. */
  public static ActorSystem createLocalActorSystem(Configuration configuration) {
    return createActorSystem(ACTOR_SYSTEM_NAME, getAkkaConfig(configuration, null));
  }

  /** An actor system with the given settings. */
  public static ActorSystem createActorSystem(String name, Config config) {
    return ActorSystem.create(name, setup(config, null));
  }

  /** The settings of an actor system, whose transport is encrypted if there is TLS. */
  static Config withTransport(Config config, @Nullable Tls tls) {
    return tls == null
        ? config
        : config.withValue(
            "akka.remote.artery.transport", ConfigValueFactory.fromAnyRef("tls-tcp"));
  }

  /** What an actor system with the given settings is set up with. */
  static ActorSystemSetup setup(Config config, @Nullable Tls tls) {
    BootstrapSetup bootstrap =
        BootstrapSetup.create(config).withClassloader(AkkaUtils.class.getClassLoader());
    return tls == null
        ? ActorSystemSetup.create(bootstrap)
        : ActorSystemSetup.create(
            bootstrap, tls, SSLEngineProviderSetup.create(system -> new TlsEngines(tls)));
  }

  /**
   * The settings of an actor system.
   *
   * @param listening where it is reached; null for none
   */
  public static Config getAkkaConfig(Configuration configuration, @Nullable HostAndPort listening) {
    return getAkkaConfig(configuration, listening, listening, DEFAULT_EXECUTOR);
  }

  static Config getAkkaConfig(
      Configuration configuration,
      @Nullable HostAndPort external,
      @Nullable HostAndPort bind,
      ExecutorConfiguration executor) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("akka.actor.provider", external == null ? "local" : "remote");
    executor(settings, configuration, executor);
    if (external != null && bind != null) {
      transport(settings, configuration, external, bind);
    }
    Config config = ConfigFactory.parseString(BASE);
    for (Map.Entry<String, Object> setting : settings.entrySet()) {
      config =
          config.withValue(setting.getKey(), ConfigValueFactory.fromAnyRef(setting.getValue()));
    }
    return config.withFallback(ConfigFactory.defaultReference(AkkaUtils.class.getClassLoader()));
  }

  private static void executor(
      Map<String, Object> settings, Configuration configuration, ExecutorConfiguration executor) {
    String dispatcher = "akka.actor.default-dispatcher.";
    settings.put(dispatcher + "throughput", configuration.get(RpcOptions.THROUGHPUT));
    if (executor instanceof RpcSystem.ForkJoinExecutorConfiguration forkJoin) {
      String pool = dispatcher + "fork-join-executor.";
      settings.put(dispatcher + "executor", "fork-join-executor");
      settings.put(pool + "parallelism-factor", forkJoin.parallelismFactor());
      settings.put(pool + "parallelism-min", forkJoin.minParallelism());
      settings.put(pool + "parallelism-max", forkJoin.maxParallelism());
    } else if (executor instanceof RpcSystem.FixedThreadPoolExecutorConfiguration fixed) {
      String pool = dispatcher + "thread-pool-executor.";
      settings.put(dispatcher + "type", PriorityThreadsDispatcher.class.getName());
      settings.put(dispatcher + "executor", "thread-pool-executor");
      settings.put(dispatcher + "threads-priority", fixed.threadPriority());
      settings.put(pool + "core-pool-size-min", fixed.minNumThreads());
      settings.put(pool + "core-pool-size-max", fixed.maxNumThreads());
      settings.put(pool + "core-pool-size-factor", 1.0);
    }
  }

  private static void transport(
      Map<String, Object> settings,
      Configuration configuration,
      HostAndPort external,
      HostAndPort bind) {
    String artery = "akka.remote.artery.";
    settings.put(artery + "canonical.hostname", external.host());
    settings.put(artery + "canonical.port", external.port());
    settings.put(artery + "bind.hostname", bind.host());
    settings.put(artery + "bind.port", bind.port());
    settings.put(artery + "advanced.maximum-frame-size", FRAME_BYTES + " b");
    settings.put(
        artery + "advanced.tcp.connection-timeout",
        configuration.get(RpcOptions.TCP_TIMEOUT).toMillis() + " ms");
    settings.put(
        "akka.actor.serialization-identifiers",
        Map.of(TransportSerializer.class.getName(), TransportSerializer.IDENTIFIER));
    settings.put(
        "akka.actor.serializers", Map.of("stellwerk", TransportSerializer.class.getName()));
    settings.put(
        "akka.actor.serialization-bindings", Map.of(TransportMessage.class.getName(), "stellwerk"));
    settings.put(artery + "large-message-destinations", List.of());
  }

  /** The address under which an actor system is reached. */
  public static Address getAddress(ActorSystem system) {
    return ((ExtendedActorSystem) system).provider().getDefaultAddress();
  }

  /**
   * The host and port in an address; the host is not resolved.
   *
   * @throws IllegalArgumentException if it is no address, or one without a host
   */
  public static InetSocketAddress getInetSocketAddressFromAkkaURL(String url) {
    EndpointUrl parsed = EndpointUrl.parse(url);
    if (parsed.host().isEmpty()) {
      throw new IllegalArgumentException(
          "'" + url + "' names no host: it is an address within one process.");
    }
    String host = parsed.host();
    return InetSocketAddress.createUnresolved(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host, parsed.port());
  }

  private static final String BASE =
      """
      akka {
        loggers = ["org.stellwerk.rpc.akka.AkkaLogBridge"]
        loglevel = "WARNING"
        stdout-loglevel = "OFF"
        log-dead-letters = off
        log-dead-letters-during-shutdown = off
        jvm-exit-on-fatal-error = off
        jvm-shutdown-hooks = off
        daemonic = on
        java-flight-recorder.enabled = off
        coordinated-shutdown {
          run-by-jvm-shutdown-hook = off
          run-by-actor-system-terminate = off
          terminate-actor-system = off
          exit-jvm = off
        }
        scheduler.tick-duration = 20 ms
        actor {
          allow-java-serialization = off
          internal-dispatcher = "akka.actor.default-dispatcher"
          default-blocking-io-dispatcher.thread-pool-executor {
            fixed-pool-size = 1
            allow-core-timeout = on
          }
          default-dispatcher.fork-join-executor.task-peeking-mode = "FIFO"
        }
        remote {
          warn-about-direct-use = off
          use-unsafe-remote-features-outside-cluster = off
          warn-unsafe-watch-outside-cluster = off
          artery {
            enabled = on
            transport = tcp
            untrusted-mode = on
            trusted-selection-paths = ["/user/rpc"]
            bind.bind-timeout = 3 s
            advanced {
              use-dispatcher = "akka.actor.default-dispatcher"
              use-control-stream-dispatcher = "akka.actor.default-dispatcher"
              inbound-lanes = 1
              outbound-lanes = 1
              buffer-pool-size = 8
              outbound-message-queue-size = 16384
              quarantine-idle-outbound-after = 3650 d
              outbound-restart-backoff = 200 ms
              outbound-max-restarts = 1000000000
              inbound-max-restarts = 1000000000
              handshake-retry-interval = 200 ms
              inject-handshake-interval = 1 s
              shutdown-flush-timeout = 200 ms
              compression {
                actor-refs.advertisement-interval = 1 s
                manifests.advertisement-interval = 1 s
              }
            }
          }
        }
      }
      """;
}
