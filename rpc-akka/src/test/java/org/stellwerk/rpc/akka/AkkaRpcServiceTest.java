package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stellwerk.rpc.akka.AkkaServices.started;
import static org.stellwerk.rpc.akka.Patience.failure;
import static org.stellwerk.rpc.akka.Patience.get;

import com.typesafe.config.Config;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.RpcSystem;
import org.stellwerk.rpc.RpcUtils;
import org.stellwerk.rpc.akka.Shop.ShopEndpoint;
import org.stellwerk.rpc.codec.KryoRpcCodec;
import org.stellwerk.rpc.codec.WireTypeProvider;
import org.stellwerk.rpc.exceptions.HandshakeException;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;

/** What only the real transport has: hosts, threads, handshakes, large messages. */
class AkkaRpcServiceTest {

  @RegisterExtension final AkkaServices services = new AkkaServices();

  @Test
  void aProcessThatEndedGracefullyIsFoundAgainAtTheSamePort() throws Exception {
    AkkaRpcService caller = services.remote();
    String port = String.valueOf(FreePort.find());
    AkkaRpcService first =
        services.closing(
            AkkaRpcServiceUtils.createRemoteRpcService(Patience.CONFIGURATION, "127.0.0.1", port));
    ShopEndpoint endpoint = started(first);
    String address = endpoint.getAddress();
    assertThat(get(get(caller.connect(address, Shop.class)).mirror(new byte[3]))).hasSize(3);
    CompletableFuture<Shop> tooEarly = caller.connect(address, Shop.class);
    get(first.closeAsync());
    tooEarly.handle((shop, failure) -> failure);
    started(
        services.closing(
            AkkaRpcServiceUtils.createRemoteRpcService(Configuration.empty(), "127.0.0.1", port)));
    assertThat(get(get(caller.connect(address, Shop.class)).mirror(new byte[3]))).hasSize(3);
  }

  @Test
  void megabytesTravelInParts() throws Exception {
    ShopEndpoint endpoint = started(services.remote());
    Shop shop = get(services.remote().connect(endpoint.getAddress(), Shop.class));
    byte[] bytes = new byte[5_000_000];
    new Random(7).nextBytes(bytes);
    CompletableFuture<byte[]> first = shop.mirror(bytes);
    CompletableFuture<byte[]> second = shop.mirror(new byte[400_000]);
    assertThat(get(shop.mirror(new byte[3]))).hasSize(3);
    assertThat(get(first)).isEqualTo(bytes);
    assertThat(get(second)).hasSize(400_000);
    byte[] edge = new byte[LargeMessages.PART_BYTES - 2];
    for (int i = 0; i < 4; i++) {
      byte[] sized = new byte[edge.length + i];
      assertThat(get(shop.mirror(sized))).hasSize(sized.length);
    }
  }

  @Test
  void timeoutCarriesItsCallersStack() throws Exception {
    ShopEndpoint endpoint = started(services.remote());
    for (RpcService service : List.of(endpoint.getRpcService(), services.remote())) {
      Shop shop = get(service.connect(endpoint.getAddress(), Shop.class));
      assertThat(failure(shop.never(Duration.ofMillis(30))))
          .isInstanceOf(TimeoutException.class)
          .hasMessage(
              "Shop.never(Duration) to "
                  + endpoint.getAddress()
                  + " was not answered within 30 ms.")
          .satisfies(
              timeout ->
                  assertThat(timeout.getStackTrace())
                      .anyMatch(
                          frame -> frame.getMethodName().equals("timeoutCarriesItsCallersStack")));
    }
  }

  @Test
  void otherProtocolVersionIsRefused() throws Exception {
    ShopEndpoint endpoint = started(services.remote());
    AkkaRpcService newer =
        services.closing(
            new AkkaRpcService(
                AkkaUtils.createActorSystem(
                    "stellwerk",
                    AkkaUtils.getAkkaConfig(
                        Configuration.empty(), new AkkaUtils.HostAndPort("127.0.0.1", 0))),
                AkkaRpcServiceConfiguration.defaultConfiguration()) {
              @Override
              protected int getVersion() {
                return 99;
              }
            });
    assertThat(failure(newer.connect(endpoint.getAddress(), Shop.class)))
        .isInstanceOf(HandshakeException.class)
        .hasMessageContaining("version " + KryoRpcCodec.PROTOCOL_VERSION)
        .hasMessageContaining("version 99");
  }

  private AkkaRpcService withTypes(WireTypeProvider... providers) {
    return services.closing(
        new AkkaRpcService(
            AkkaUtils.createActorSystem(
                "stellwerk",
                AkkaUtils.getAkkaConfig(
                    Patience.CONFIGURATION, new AkkaUtils.HostAndPort("127.0.0.1", 0))),
            AkkaRpcServiceConfiguration.fromConfiguration(Patience.CONFIGURATION),
            new KryoRpcCodec(List.of(providers))));
  }

  /** A type that only some processes know. */
  record NewType(String text) {}

  private static final class NewTypes implements WireTypeProvider {
    @Override
    public Collection<Class<?>> wireTypes() {
      return List.of(NewType.class);
    }
  }

  /** A gateway that carries every announced type. */
  interface Carrier extends RpcGateway {
    CompletableFuture<Object> same(Object any);
  }

  private static final class CarrierEndpoint extends RpcEndpoint implements Carrier {
    CarrierEndpoint(RpcService service) {
      super(service, "carrier");
    }

    @Override
    public CompletableFuture<Object> same(Object any) {
      return CompletableFuture.completedFuture(any);
    }
  }

  @Test
  void otherTypesOfAGatewayAreRefused() throws Exception {
    CarrierEndpoint endpoint = new CarrierEndpoint(withTypes(new NewTypes()));
    endpoint.start();
    assertThat(failure(withTypes().connect(endpoint.getAddress(), Carrier.class)))
        .isInstanceOf(HandshakeException.class)
        .hasMessageContaining(endpoint.getAddress())
        .hasMessageMatching("(?s).*has the hash [0-9a-f]+, the caller's [0-9a-f]+;.*");
    AkkaRpcService alike = withTypes(new NewTypes());
    Carrier carrier = get(alike.connect(endpoint.getAddress(), Carrier.class));
    assertThat(get(carrier.same(new NewType("new")))).isEqualTo(new NewType("new"));
  }

  @Test
  void unknownHostFailsSoon() throws Exception {
    assertThat(
            failure(
                services
                    .remote()
                    .connect("akka://stellwerk@no-such-host.invalid:1/user/rpc/x", Shop.class)))
        .isInstanceOf(RpcConnectionException.class)
        .hasMessageContaining("no-such-host.invalid");
  }

  @Test
  void refusedConnectionFailsAtOnce() throws Exception {
    int port = FreePort.find();
    assertThat(
            failure(
                services
                    .remote()
                    .connect("akka://stellwerk@127.0.0.1:" + port + "/user/rpc/x", Shop.class)))
        .isInstanceOf(RpcConnectionException.class)
        .hasMessageContaining("127.0.0.1:" + port)
        .hasMessageContaining("refused");
  }

  @Test
  void hostMustBeWrittenAsItIsPublished() throws Exception {
    Configuration impatient = Patience.CONFIGURATION.with("akka.lookup.timeout", "500 ms");
    AkkaRpcService published =
        services.closing(AkkaRpcServiceUtils.createRemoteRpcService(impatient, "localhost", "0"));
    ShopEndpoint endpoint = started(published);
    AkkaRpcService caller =
        services.closing(AkkaRpcServiceUtils.createRemoteRpcService(impatient, "127.0.0.1", "0"));
    String other = endpoint.getAddress().replace("localhost", "127.0.0.1");
    assertThat(failure(caller.connect(other, Shop.class)))
        .isInstanceOf(RpcConnectionException.class)
        .hasMessageContaining(other)
        .hasMessageContaining("must be written as its service publishes it");
    assertThat(
            get(
                get(services.remote().connect(endpoint.getAddress(), Shop.class))
                    .mirror(new byte[1])))
        .hasSize(1);
  }

  @Test
  void whoListensAndDoesNotAnswerFailsAtTheLookupTimeout() throws Exception {
    AkkaRpcService impatient =
        services.closing(
            AkkaRpcServiceUtils.createRemoteRpcService(
                Patience.CONFIGURATION.with("akka.lookup.timeout", "300 ms"), "127.0.0.1", "0"));
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String address = "akka://stellwerk@127.0.0.1:" + silent.getLocalPort() + "/user/rpc/x";
      assertThat(failure(impatient.connect(address, Shop.class)))
          .isInstanceOf(RpcConnectionException.class)
          .hasMessageContaining(address)
          .hasMessageContaining("300 ms (akka.lookup.timeout)");
    }
  }

  @Test
  void closedServicesLeaveNoThread() throws Exception {
    ShopEndpoint endpoint = started(services.remote());
    AkkaRpcService client = services.remote();
    assertThat(get(get(client.connect(endpoint.getAddress(), Shop.class)).mirror(new byte[1])))
        .hasSize(1);
    List<String> own = List.of("stellwerk-", "rpc-probe");
    services.close();
    Patience.until(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> own.stream().anyMatch(thread.getName()::startsWith)));
  }

  @Test
  void whatCannotBePartOfAnAddressIsNoName() throws Exception {
    RpcService service = services.remote();
    for (String name : List.of("", "a/b", "a b")) {
      assertThatThrownBy(() -> new ShopEndpoint(service, name))
          .isInstanceOf(RpcRuntimeException.class)
          .hasMessageContaining("'" + name + "'");
    }
  }

  @Test
  void whatIsNoAddressIsSaidSo() throws Exception {
    assertThat(failure(services.remote().connect("nonsense", Shop.class)))
        .isInstanceOf(RpcConnectionException.class)
        .hasMessageContaining("nonsense");
  }

  @Test
  void serviceWithoutNetworkHostsEndpointsOfItsProcess() throws Exception {
    RpcService local =
        services.closing(
            RpcSystem.load()
                .localServiceBuilder(Configuration.empty())
                .withComponentName("local")
                .createAndStart());
    ShopEndpoint endpoint = started(local);
    assertThat(local.getPort()).isEqualTo(-1);
    assertThat(endpoint.getAddress()).isEqualTo(AkkaRpcServiceUtils.getLocalRpcUrl("shop"));
    Shop shop = get(local.connect(endpoint.getAddress(), Shop.class));
    assertThat(get(shop.mirror(new byte[1]))).hasSize(1);
    assertThat(failure(local.connect("akka://stellwerk@127.0.0.1:1/user/rpc/shop", Shop.class)))
        .isInstanceOf(RpcConnectionException.class)
        .hasMessageContaining("no network");
  }

  @Test
  void synchronousCallsBlockLocallyAndAreRefusedRemotely() throws Exception {
    ShopEndpoint endpoint = started(services.remote());
    Shop self = endpoint.getSelfGateway(Shop.class);
    assertThat(self.synchronous("a")).isEqualTo("a");
    assertThat(self.synchronous(null)).isNull();
    Shop shop = get(services.remote().connect(endpoint.getAddress(), Shop.class));
    assertThatThrownBy(() -> shop.synchronous("a"))
        .isInstanceOf(RpcRuntimeException.class)
        .hasMessageContaining("synchronous(String)")
        .hasCauseInstanceOf(RpcException.class);
  }

  @Test
  void callAsyncTimesOut() throws Exception {
    ShopEndpoint endpoint = started(services.remote());
    CompletableFuture<Void> release = new CompletableFuture<>();
    CompletableFuture<String> slow =
        endpoint.call(
            () -> {
              get(release);
              return "too late";
            },
            Duration.ofMillis(50));
    assertThat(failure(slow))
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining("callAsync")
        .hasMessageContaining("50 ms");
    release.complete(null);
    assertThat(get(endpoint.call(() -> "in time", Patience.ENDLESS))).isEqualTo("in time");
  }

  @Test
  void whatAThreadOfTheSystemDiesOfGoesToTheHandler() throws Exception {
    CompletableFuture<Throwable> reported = new CompletableFuture<>();
    AkkaRpcService service =
        services.closing(
            AkkaRpcServiceUtils.localServiceBuilder(Configuration.empty())
                .withFatalErrorHandler(reported::complete)
                .createAndStart());
    Error fault = new UnknownError("for the test");
    service
        .getActorSystem()
        .dispatcher()
        .execute(
            () -> {
              throw fault;
            });
    assertThat(get(reported)).isSameAs(fault);
    assertThat(get(started(service).getSelfGateway(Shop.class).mirror(new byte[1]))).hasSize(1);
  }

  @Test
  void whatATimerRunsOutOfMemoryOfGoesToTheHandlerAndTheNextTimerRuns() throws Exception {
    CompletableFuture<Throwable> reported = new CompletableFuture<>();
    TimerThread timers = new TimerThread("timers", reported::complete);
    timers.schedule(
        () -> {
          throw new IllegalStateException("a bug, which is logged");
        },
        0,
        TimeUnit.MILLISECONDS);
    Error fault = new OutOfMemoryError("for the test");
    timers.schedule(
        () -> {
          throw fault;
        },
        1,
        TimeUnit.MILLISECONDS);
    assertThat(get(reported)).isSameAs(fault);
    CompletableFuture<String> next = new CompletableFuture<>();
    timers.schedule(() -> next.complete("runs"), 0, TimeUnit.MILLISECONDS);
    assertThat(get(next)).isEqualTo("runs");
    timers.close();
  }

  @Test
  void servicesAreMadeThroughTheSystemOnTheClassPath() throws Exception {
    RpcService service =
        services.closing(
            RpcUtils.createRemoteRpcService(
                RpcSystem.load(), Configuration.empty(), "localhost", "0", "127.0.0.1", null));
    assertThat(service.getAddress()).isEqualTo("localhost");
    ShopEndpoint endpoint = started(service);
    Shop shop = get(services.remote().connect(endpoint.getAddress(), Shop.class));
    assertThat(get(shop.mirror(new byte[2]))).hasSize(2);
  }

  @Test
  void threadsAreAForkJoinPoolUnlessAFixedOneIsAskedFor() {
    Configuration configuration = Configuration.empty();
    String dispatcher = "akka.actor.default-dispatcher.";
    Config usual = AkkaUtils.getAkkaConfig(configuration, null);
    assertThat(usual.getString(dispatcher + "executor")).isEqualTo("fork-join-executor");
    assertThat(usual.getInt(dispatcher + "fork-join-executor.parallelism-min")).isEqualTo(2);
    assertThat(usual.getInt(dispatcher + "fork-join-executor.parallelism-max")).isEqualTo(8);
    assertThat(usual.getInt(dispatcher + "throughput")).isEqualTo(15);
    Config fixed =
        AkkaUtils.getAkkaConfig(
            configuration.with("akka.throughput", "3"),
            null,
            null,
            new RpcSystem.FixedThreadPoolExecutorConfiguration(1, 4, 3));
    assertThat(fixed.getString(dispatcher + "executor")).isEqualTo("thread-pool-executor");
    assertThat(fixed.getInt(dispatcher + "thread-pool-executor.core-pool-size-min")).isEqualTo(1);
    assertThat(fixed.getInt(dispatcher + "thread-pool-executor.core-pool-size-max")).isEqualTo(4);
    assertThat(fixed.getInt(dispatcher + "throughput")).isEqualTo(3);
  }

  @Test
  void fixedPoolHasItsPriority() throws Exception {
    AkkaRpcService service =
        services.closing(
            AkkaRpcServiceUtils.localServiceBuilder(Configuration.empty())
                .withExecutorConfiguration(
                    new RpcSystem.FixedThreadPoolExecutorConfiguration(1, 2, 3))
                .createAndStart());
    assertThat(get(started(service).getSelfGateway(Shop.class).thread())).endsWith(" 3");
  }

  @Test
  void garbageOnThePortHarmsNothing() throws Exception {
    AkkaRpcService service = services.remote();
    ShopEndpoint endpoint = started(service);
    Shop shop = get(services.remote().connect(endpoint.getAddress(), Shop.class));
    Random random = new Random(11);
    for (int i = 0; i < 8; i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.getPort())) {
        byte[] garbage = new byte[4096];
        random.nextBytes(garbage);
        if (i % 2 == 0) {
          byte[] magic = {'A', 'K', 'K', 'A', (byte) (1 + i / 2)};
          System.arraycopy(magic, 0, garbage, 0, magic.length);
          garbage[8] = 0; // a frame length that is not absurd
          garbage[7] = 1;
        }
        OutputStream out = socket.getOutputStream();
        out.write(garbage);
        out.flush();
      } catch (IOException e) {
        // it may hang up on us
        assertThat(e).isNotNull();
      }
      assertThat(get(shop.mirror(new byte[i]))).hasSize(i);
    }
    Shop fresh = get(services.remote().connect(endpoint.getAddress(), Shop.class));
    assertThat(get(fresh.mirror(new byte[9]))).hasSize(9);
  }
}
