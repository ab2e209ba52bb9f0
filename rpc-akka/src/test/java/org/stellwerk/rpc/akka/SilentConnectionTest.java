package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stellwerk.rpc.akka.Patience.get;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcUtils;
import org.stellwerk.rpc.akka.Shop.ShopEndpoint;

/**
 * Connections on which nothing gets through any more, as after a partition that is over: they are
 * made anew, at both sides, and nobody is taken for gone.
 */
class SilentConnectionTest {

  @Test
  void ofTheCaller() throws Exception {
    withShops(Patience.CONFIGURATION, true, false);
  }

  @Test
  void ofTheCalled() throws Exception {
    withShops(Patience.CONFIGURATION, false, true);
  }

  @Test
  void ofBoth() throws Exception {
    withShops(Patience.CONFIGURATION, true, true);
  }

  @Test
  void ofBothWithTls(@TempDir Path directory) throws Exception {
    Path member = TestCertificates.make(directory, "member");
    withShops(TestCertificates.tls(member, member), true, true);
  }

  @Test
  void aKnockWhoseTimeIsOverBeforeItsTurnIsNotMade() throws Exception {
    ConnectionProbe probe = new ConnectionProbe(null);
    try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String host = door.getInetAddress().getHostAddress();
      assertThat(get(probe.knock(host, door.getLocalPort(), Duration.ZERO))).isFalse();
      door.setSoTimeout(1);
      assertThatThrownBy(door::accept).isInstanceOf(SocketTimeoutException.class);
    } finally {
      probe.close();
    }
  }

  private static void withShops(Configuration configuration, boolean there, boolean back)
      throws Exception {
    int serverPort = FreePort.find();
    int clientPort = FreePort.find();
    try (Relay toServer = new Relay(serverPort);
        Relay toClient = new Relay(clientPort)) {
      AkkaRpcService server = behind(toServer, serverPort, configuration);
      AkkaRpcService client = behind(toClient, clientPort, configuration);
      try {
        ShopEndpoint endpoint = new ShopEndpoint(server, "shop");
        endpoint.start();
        Shop shop = get(client.connect(endpoint.getAddress(), Shop.class));
        get(shop.mirror(new byte[1]));
        List<String> gone = new CopyOnWriteArrayList<>();
        client.addPeerListener((peer, reason) -> gone.add(reason));
        server.addPeerListener((peer, reason) -> gone.add(reason));
        if (there) {
          toServer.silence();
        }
        if (back) {
          toClient.silence();
        }
        getsThroughAgain(shop, endpoint);
        assertThat(gone).isEmpty();
        assertThat(get(client.answers(endpoint.getAddress()))).isTrue();
        assertThat(get(server.answers(client.getEndpointAddress("any")))).isTrue();
      } finally {
        RpcUtils.terminateRpcService(client, server);
      }
    }
  }

  private static AkkaRpcService behind(Relay relay, int port, Configuration configuration)
      throws Exception {
    return AkkaRpcServiceUtils.remoteServiceBuilder(
            configuration, "127.0.0.1", String.valueOf(relay.port()))
        .withBindAddress("127.0.0.1")
        .withBindPort(port)
        .createAndStart();
  }

  /** Some are lost, none overtakes or comes twice. */
  private static void getsThroughAgain(Shop shop, ShopEndpoint endpoint) {
    List<CompletableFuture<byte[]>> calls = new CopyOnWriteArrayList<>();
    Patience.until(
        () -> {
          shop.note(calls.size());
          calls.add(shop.mirror(new byte[2]));
          return calls.stream().anyMatch(CompletableFuture::isDone);
        });
    assertThat(calls.stream().filter(CompletableFuture::isDone))
        .allSatisfy(call -> assertThat(call.join()).hasSize(2));
    assertThat(List.copyOf(endpoint.noted)).isSorted().doesNotHaveDuplicates();
  }
}
