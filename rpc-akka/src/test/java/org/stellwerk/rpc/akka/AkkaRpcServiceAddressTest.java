package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.stellwerk.rpc.akka.AkkaServices.started;
import static org.stellwerk.rpc.akka.Patience.get;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.rpc.akka.Shop.ShopEndpoint;

/** Where a service listens, and under which address it is known. */
class AkkaRpcServiceAddressTest {

  @RegisterExtension final AkkaServices services = new AkkaServices();

  @Test
  void portZeroGivesEachServiceItsOwn() throws Exception {
    List<CompletableFuture<AkkaRpcService>> starting = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(10);
    for (int i = 0; i < 10; i++) {
      starting.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return AkkaRpcServiceUtils.createRemoteRpcService(
                      Patience.CONFIGURATION, "127.0.0.1", "0");
                } catch (Exception e) {
                  throw new CompletionException(e);
                }
              },
              threads));
    }
    threads.shutdown();
    Set<Integer> ports = new LinkedHashSet<>();
    for (CompletableFuture<AkkaRpcService> each : starting) {
      AkkaRpcService service = services.closing(get(each));
      assertThat(service.getAddress()).isEqualTo("127.0.0.1");
      ports.add(service.getPort());
      try (Socket socket = new Socket(service.getAddress(), service.getPort())) {
        assertThat(socket.isConnected()).isTrue();
      }
    }
    assertThat(ports).hasSize(10).doesNotContain(0, -1);
  }

  @Test
  void occupiedPortIsABindException() throws Exception {
    int taken = services.remote().getPort();
    assertThatThrownBy(
            () ->
                AkkaRpcServiceUtils.createRemoteRpcService(
                    Configuration.empty(), "127.0.0.1", String.valueOf(taken)))
        .isInstanceOf(BindException.class)
        .hasMessageContaining(String.valueOf(taken));
  }

  @Test
  void portRangeIsSearched() throws Exception {
    int taken = services.remote().getPort();
    AkkaRpcService service =
        services.closing(
            AkkaRpcServiceUtils.createRemoteRpcService(
                Configuration.empty(), "127.0.0.1", taken + ",0"));
    assertThat(service.getPort()).isNotEqualTo(taken).isPositive();
    assertThat(PortRange.parse("50100-50102,50300")).containsExactly(50100, 50101, 50102, 50300);
    for (String wrong : List.of("", "x", "5-3", "70000", "1,", "-1")) {
      assertThatThrownBy(() -> PortRange.parse(wrong))
          .isInstanceOf(IllegalConfigurationException.class)
          .hasMessageContaining("'" + wrong + "'");
    }
  }

  @Test
  void bindsOneAddressAndPublishesAnother() throws Exception {
    AkkaRpcService service =
        services.closing(
            AkkaRpcServiceUtils.remoteServiceBuilder(Configuration.empty(), "localhost", "0")
                .withBindAddress("0.0.0.0")
                .createAndStart());
    assertThat(service.getAddress()).isEqualTo("localhost");
    ShopEndpoint endpoint = started(service);
    assertThat(endpoint.getAddress()).contains("@localhost:" + service.getPort() + "/");
    Shop shop = get(services.remote().connect(endpoint.getAddress(), Shop.class));
    assertThat(get(shop.mirror(new byte[2]))).hasSize(2);
  }

  private static boolean hasIpv6() {
    byte[] loopback = new byte[16];
    loopback[15] = 1;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(loopback))) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void worksOverIpv6() throws Exception {
    assumeTrue(hasIpv6(), "this machine has no IPv6");
    AkkaRpcService service =
        services.closing(
            AkkaRpcServiceUtils.createRemoteRpcService(Configuration.empty(), "::1", "0"));
    AkkaRpcService other =
        services.closing(
            AkkaRpcServiceUtils.createRemoteRpcService(Configuration.empty(), "::1", "0"));
    ShopEndpoint endpoint = started(service);
    assertThat(endpoint.getAddress()).contains("@[::1]:");
    Shop shop = get(other.connect(endpoint.getAddress(), Shop.class));
    assertThat(get(shop.mirror(new byte[2]))).hasSize(2);
  }
}
