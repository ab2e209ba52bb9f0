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
      CompletableFuture<String> gone = new CompletableFuture<>();
      client.addPeerListener((peer, reason) -> gone.complete(reason));
      ShopEndpoint endpoint = new ShopEndpoint(server, "shop");
      endpoint.start();
      Shop shop = get(client.connect(endpoint.getAddress(), Shop.class));
      for (int i = 0; i < 3; i++) {
        int before = relay.accepted();
        relay.cut();
        Patience.until(() -> relay.accepted() > before);
        awaitAnswer(shop);
        assertThat(gone).isNotDone();
      }
      relay.close();
      assertThat(get(gone)).contains("refuses");
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
