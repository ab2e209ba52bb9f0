package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.RpcSystem;
import org.stellwerk.rpc.RpcUtils;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcConnectionException;

class FirstSliceTest {

  record Item(UUID id, String name, List<Duration> times) {}

  interface Shop extends RpcGateway {
    CompletableFuture<Item> rename(Item item, String name);

    CompletableFuture<String> fail(String message);
  }

  static final class ShopEndpoint extends RpcEndpoint implements Shop {
    ShopEndpoint(RpcService service) {
      super(service, "shop");
    }

    @Override
    public CompletableFuture<Item> rename(Item item, String name) {
      validateRunsInMainThread();
      return CompletableFuture.completedFuture(new Item(item.id(), name, item.times()));
    }

    @Override
    public CompletableFuture<String> fail(String message) {
      throw new IllegalStateException(message, new RuntimeException("below"));
    }
  }

  private RpcService server;
  private RpcService client;

  @BeforeEach
  void start() throws Exception {
    long begin = System.nanoTime();
    RpcSystem system = RpcSystem.load();
    server = system.remoteServiceBuilder(Configuration.empty(), "127.0.0.1", "0").createAndStart();
    long middle = System.nanoTime();
    client = system.remoteServiceBuilder(Configuration.empty(), "127.0.0.1", "0").createAndStart();
    System.out.printf(
        "start %d ms, %d ms%n",
        (middle - begin) / 1_000_000, (System.nanoTime() - middle) / 1_000_000);
  }

  @AfterEach
  void stop() throws Exception {
    long begin = System.nanoTime();
    RpcUtils.terminateRpcService(client, server);
    System.out.printf("stop %d ms%n", (System.nanoTime() - begin) / 1_000_000);
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(10, TimeUnit.SECONDS);
  }

  @Test
  void callsLocallyAndRemotely() throws Exception {
    ShopEndpoint endpoint = new ShopEndpoint(server);
    endpoint.start();
    Item item = new Item(new UUID(1, 2), "a", List.of(Duration.ofMillis(3)));
    for (RpcService from : List.of(server, client)) {
      Shop shop = get(from.connect(endpoint.getAddress(), Shop.class));
      assertThat(get(shop.rename(item, "b"))).isEqualTo(new Item(item.id(), "b", item.times()));
      assertThatThrownBy(() -> get(shop.fail("no")))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("no");
    }
    assertThatThrownBy(() -> get(client.connect(server.getEndpointAddress("nobody"), Shop.class)))
        .cause()
        .isInstanceOf(RpcConnectionException.class);
    Shop shop = get(client.connect(endpoint.getAddress(), Shop.class));
    RpcUtils.terminateRpcEndpoint(endpoint);
    assertThatThrownBy(() -> get(shop.rename(item, "b")))
        .cause()
        .isInstanceOf(RecipientUnreachableException.class);
    ShopEndpoint again = new ShopEndpoint(server);
    again.start();
    Shop newShop = get(client.connect(again.getAddress(), Shop.class));
    assertThat(get(newShop.rename(item, "c")).name()).isEqualTo("c");
    RpcUtils.terminateRpcService(server);
    assertThatThrownBy(() -> get(newShop.rename(item, "b")))
        .cause()
        .isInstanceOf(RecipientUnreachableException.class);
  }
}
