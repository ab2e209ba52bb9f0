package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.Props;
import akka.actor.UntypedAbstractActor;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.RpcUtils;
import org.stellwerk.rpc.akka.Shop.ShopEndpoint;
import org.stellwerk.rpc.exceptions.RpcPayloadTooLargeException;
import org.stellwerk.util.ExceptionUtils;

/** Pacing, order and limits of messages that travel in parts. */
class LargeMessagesTest {

  private static final int LARGE = 64 * 1024 * 1024;
  private static final int PART = LargeMessages.PART_BYTES;

  private final List<RpcService> services = new CopyOnWriteArrayList<>();
  private final List<ActorSystem> systems = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() throws Exception {
    RpcUtils.terminateRpcService(services.toArray(RpcService[]::new));
    systems.forEach(ActorSystem::terminate);
  }

  private AkkaRpcService remote(String framesize) throws Exception {
    AkkaRpcService service =
        AkkaRpcServiceUtils.createRemoteRpcService(
            Configuration.empty()
                .with("akka.framesize", framesize)
                .with("akka.ask.timeout", "60 s"),
            "127.0.0.1",
            "0");
    services.add(service);
    return service;
  }

  private static Shop connect(AkkaRpcService from, ShopEndpoint to) throws Exception {
    return from.connect(to.getAddress(), Shop.class).get(20, TimeUnit.SECONDS);
  }

  private static ShopEndpoint started(RpcService service, String name) {
    ShopEndpoint endpoint = new ShopEndpoint(service, name);
    endpoint.start();
    return endpoint;
  }

  private static Throwable failure(CompletableFuture<?> future) throws Exception {
    try {
      future.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return ExceptionUtils.stripCompletionException(e);
    }
    throw new AssertionError("no failure");
  }

  @Test
  void sixtyFourMebibytesGoThereAndBack() throws Exception {
    AkkaRpcService server = remote("65 mb");
    Shop shop = connect(remote("65 mb"), started(server, "shop"));
    byte[] bytes = new byte[LARGE];
    new Random(3).nextBytes(bytes);
    CompletableFuture<byte[]> large = shop.mirror(bytes);
    assertThat(large.get(60, TimeUnit.SECONDS)).isEqualTo(bytes);
    assertThat(shop.mirror(new byte[3]).get(20, TimeUnit.SECONDS)).hasSize(3);
  }

  @Test
  void aboveTheLimitTheCallFailsAtItsSenderAndNothingElseDoes() throws Exception {
    Shop shop = connect(remote("1 mb"), started(remote("4 mb"), "shop"));
    CompletableFuture<byte[]> tooLarge = shop.mirror(new byte[1 << 20]);
    assertThat(tooLarge).isCompletedExceptionally(); // before the call has returned
    assertThat(failure(tooLarge))
        .isInstanceOf(RpcPayloadTooLargeException.class)
        .hasMessageContaining("Shop.mirror(byte[])")
        .hasMessageMatching("(?s).*takes 10485[89]\\d bytes; the maximum is 1048576 .*");

    AkkaRpcService narrow = remote("1 mb");
    Shop back = connect(remote("4 mb"), started(narrow, "narrow"));
    assertThat(failure(back.zeros(3 << 20)))
        .isInstanceOf(RpcPayloadTooLargeException.class)
        .hasMessageContaining("result")
        .hasMessageMatching("(?s).*takes 31457[34]\\d bytes; the maximum is 1048576 .*");
    assertThat(back.zeros(900_000).get(20, TimeUnit.SECONDS)).hasSize(900_000);
    assertThat(shop.mirror(new byte[5]).get(20, TimeUnit.SECONDS)).hasSize(5);
  }

  @Test
  void callsToOneEndpointKeepTheirOrder() throws Exception {
    Shop shop = connect(remote("65 mb"), started(remote("65 mb"), "shop"));
    List<CompletableFuture<Integer>> numbers = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 30; i++) {
      numbers.add(shop.number(new byte[i % 3 == 0 ? 12 * PART : i % 3 == 1 ? 5 : PART + 1]));
    }
    for (int i = 0; i < numbers.size(); i++) {
      assertThat(numbers.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(i);
    }
  }

  @Test
  void transferToADeadEndpointFailsTheCallAndFreesTheWay() throws Exception {
    AkkaRpcService server = remote("65 mb");
    ShopEndpoint endpoint = started(server, "shop");
    AkkaRpcService client = remote("65 mb");
    Shop shop = connect(client, endpoint);
    endpoint.closeAsync().get(20, TimeUnit.SECONDS);
    assertThat(failure(shop.mirror(new byte[20 * PART]))).hasMessageContaining("shop");
    Shop other = connect(client, started(server, "other"));
    assertThat(other.mirror(new byte[20 * PART]).get(20, TimeUnit.SECONDS)).hasSize(20 * PART);
  }

  private static final class Recorder extends UntypedAbstractActor {
    private final List<Object> seen;

    Recorder(List<Object> seen) {
      this.seen = seen;
    }

    @Override
    public void onReceive(Object message) {
      seen.add(message);
    }
  }

  @Test
  void partsArePacedByTheirAcknowledgements() {
    ActorSystem system = AkkaUtils.createDefaultActorSystem();
    systems.add(system);
    List<Object> seen = new CopyOnWriteArrayList<>();
    ActorRef target = system.actorOf(Props.create(Recorder.class, () -> new Recorder(seen)));
    LargeMessages messages = new LargeMessages(ActorRef.noSender());
    int parts = LargeMessages.WINDOW + 2;
    messages.sendInOrder(target, new TransportMessage.Tell(0, new byte[parts * PART + 1]));
    messages.sendInOrder(target, new TransportMessage.Tell(0, new byte[7]));
    messages.send(target, new TransportMessage.Answer(1, new byte[8])); // overtakes
    await().until(() -> seen.size() == LargeMessages.WINDOW + 1);
    assertThat(seen.get(LargeMessages.WINDOW)).isInstanceOf(TransportMessage.Answer.class);

    messages.acknowledged(((TransportMessage.Part) seen.get(0)).transfer());
    await().until(() -> seen.size() == LargeMessages.WINDOW + 2);
    assertThat(seen.get(seen.size() - 1)).isInstanceOf(TransportMessage.Part.class);

    // the other acknowledgements are lost
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(
            () -> {
              messages.sweep();
              return seen.size() == parts + 3;
            });
    assertThat(seen.get(seen.size() - 2)).isInstanceOf(TransportMessage.LastPart.class);
    assertThat(((TransportMessage.Tell) seen.get(seen.size() - 1)).payload()).hasSize(7);
  }
}
