package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcUtils;
import org.stellwerk.rpc.akka.Shop.ShopEndpoint;

/** A connection that is cut while its peer lives: made again, and no news. */
class LostConnectionTest {

  /** Stands between a service and its published port. */
  private static final class Relay implements AutoCloseable {
    private final ServerSocket door;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();

    Relay(int target) throws IOException {
      this.target = target;
      this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      start(this::accept);
    }

    private static void start(Runnable runnable) {
      Thread thread = new Thread(runnable, "relay");
      thread.setDaemon(true);
      thread.start();
    }

    private void accept() {
      try {
        while (true) {
          Socket in = door.accept();
          sockets.add(in);
          Socket out = new Socket(InetAddress.getLoopbackAddress(), target);
          sockets.add(out);
          accepted.incrementAndGet();
          start(() -> copy(in, out));
          start(() -> copy(out, in));
        }
      } catch (IOException e) {
        assertThat(door.isClosed()).isTrue();
      }
    }

    private static void copy(Socket from, Socket to) {
      try (from;
          to;
          InputStream in = from.getInputStream();
          OutputStream out = to.getOutputStream()) {
        in.transferTo(out);
      } catch (IOException e) {
        assertThat(e).isNotNull(); // it was cut
      }
    }

    void cut() throws IOException {
      for (Socket socket : sockets) {
        socket.close();
      }
      sockets.clear();
    }

    @Override
    public void close() throws IOException {
      door.close();
      cut();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void cutConnectionIsMadeAgainAndARefusedOneIsTheEnd() throws Exception {
    int port = freePort();
    Relay relay = new Relay(port);
    AkkaRpcService server =
        AkkaRpcServiceUtils.remoteServiceBuilder(
                Configuration.empty(), "127.0.0.1", String.valueOf(relay.door.getLocalPort()))
            .withBindAddress("127.0.0.1")
            .withBindPort(port)
            .createAndStart();
    AkkaRpcService client =
        AkkaRpcServiceUtils.createRemoteRpcService(Configuration.empty(), "127.0.0.1", "0");
    try (relay) {
      CompletableFuture<String> gone = new CompletableFuture<>();
      client.addPeerListener((peer, reason) -> gone.complete(reason));
      ShopEndpoint endpoint = new ShopEndpoint(server, "shop");
      endpoint.start();
      Shop shop = client.connect(endpoint.getAddress(), Shop.class).get(20, TimeUnit.SECONDS);
      Awaitility.await().until(() -> relay.accepted.get() >= 3);
      int before = relay.accepted.get();
      relay.cut();
      Awaitility.await().until(() -> relay.accepted.get() > before);
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> assertThat(shop.mirror(new byte[2]).get(1, TimeUnit.SECONDS)).hasSize(2));
      assertThat(gone).isNotDone();
      relay.close();
      assertThat(gone.get(5, TimeUnit.SECONDS)).contains("refuses");
    } finally {
      RpcUtils.terminateRpcService(client, server);
    }
  }
}
