package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.rpc.akka.Patience.get;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcUtils;
import org.stellwerk.rpc.akka.Shop.ShopEndpoint;

/** A lost connection says nothing about the peer; a refused one does. */
class LostConnectionTest {

  @Test
  void cutConnectionIsMadeAgainAndARefusedOneIsTheEnd() throws Exception {
    cutConnections(Patience.CONFIGURATION);
  }

  @Test
  void withTlsToo(@TempDir Path directory) throws Exception {
    Path member = TestCertificates.make(directory, "member");
    cutConnections(TestCertificates.tls(member, member));
  }

  private static void cutConnections(Configuration configuration) throws Exception {
    acrossRelay(
        configuration,
        world -> {
          CompletableFuture<String> gone = new CompletableFuture<>();
          world.client.addPeerListener((peer, reason) -> gone.complete(reason));
          for (int i = 0; i < 3; i++) {
            int before = world.relay.accepted();
            world.relay.cut();
            Patience.until(() -> world.relay.accepted() > before);
            awaitAnswer(world.shop);
            assertThat(gone).isNotDone();
          }
          world.relay.close();
          assertThat(get(gone)).contains("refuses");
        });
  }

  /** The first connections may still be in the making; each question would be one more. */
  @Test
  void aProcessThatIsKnownIsNotAskedOverTcpAgain() throws Exception {
    acrossRelay(
        Patience.CONFIGURATION,
        world -> {
          int before = world.relay.accepted();
          int times = 20;
          for (int i = 0; i < times; i++) {
            get(world.client.connect(world.endpoint.getAddress(), Shop.class));
          }
          assertThat(world.relay.accepted() - before).isLessThan(times);
        });
  }

  /** What the simulated network promises as well: some are lost, none overtakes or comes twice. */
  @Test
  void whatArrivesAcrossCutsKeepsItsOrderAndComesOnce() throws Exception {
    acrossRelay(
        Patience.CONFIGURATION,
        world -> {
          int next = 0;
          for (int cut = 0; cut < 5; cut++) {
            for (int i = 0; i < 2_000; i++) {
              world.shop.note(next++);
              if (i == 1_000) {
                world.relay.cut();
              }
            }
            awaitAnswer(world.shop);
          }
          world.shop.note(next);
          get(world.shop.mirror(new byte[2]));
          assertThat(world.endpoint.noted)
              .isSorted()
              .doesNotHaveDuplicates()
              .hasSizeGreaterThan(1_000)
              .endsWith(next);
        });
  }

  /** A client, and a server behind a relay. */
  private record World(Relay relay, AkkaRpcService client, ShopEndpoint endpoint, Shop shop) {}

  private interface Scenario {
    void run(World world) throws Exception;
  }

  private static void acrossRelay(Configuration configuration, Scenario scenario) throws Exception {
    int port = FreePort.find();
    Relay relay = new Relay(port);
    AkkaRpcService server =
        AkkaRpcServiceUtils.remoteServiceBuilder(
                configuration, "127.0.0.1", String.valueOf(relay.port()))
            .withBindAddress("127.0.0.1")
            .withBindPort(port)
            .createAndStart();
    AkkaRpcService client =
        AkkaRpcServiceUtils.createRemoteRpcService(configuration, "127.0.0.1", "0");
    try (relay) {
      ShopEndpoint endpoint = new ShopEndpoint(server, "shop");
      endpoint.start();
      Shop shop = get(client.connect(endpoint.getAddress(), Shop.class));
      scenario.run(new World(relay, client, endpoint, shop));
    } finally {
      RpcUtils.terminateRpcService(client, server);
    }
  }

  /** Calls until one is answered: those that were on a connection that was cut are lost. */
  private static void awaitAnswer(Shop shop) {
    List<CompletableFuture<byte[]>> calls = new CopyOnWriteArrayList<>();
    Patience.until(
        () -> {
          calls.add(shop.mirror(new byte[2]));
          return calls.stream().anyMatch(call -> call.isDone() && call.join().length == 2);
        });
  }
}
