package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.rpc.akka.Patience.failure;
import static org.stellwerk.rpc.akka.Patience.get;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.Props;
import akka.actor.UntypedAbstractActor;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.RpcUtils;
import org.stellwerk.rpc.akka.Shop.ShopEndpoint;
import org.stellwerk.rpc.exceptions.RpcPayloadTooLargeException;

/** Pacing, order and limits of messages that travel in parts. */
class LargeMessagesTest {

  private static final int LARGE = 64 * 1024 * 1024;
  private static final int PART = LargeMessages.PART_BYTES;
  private static final Peer PEER = new Peer("akka://peer", 1);

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
            Patience.CONFIGURATION.with("akka.framesize", framesize), "127.0.0.1", "0");
    services.add(service);
    return service;
  }

  private static Shop connect(AkkaRpcService from, ShopEndpoint to) throws Exception {
    return get(from.connect(to.getAddress(), Shop.class));
  }

  private static ShopEndpoint started(RpcService service, String name) {
    ShopEndpoint endpoint = new ShopEndpoint(service, name);
    endpoint.start();
    return endpoint;
  }

  @Test
  void sixtyFourMebibytesGoThereAndBack() throws Exception {
    AkkaRpcService server = remote("65 mb");
    Shop shop = connect(remote("65 mb"), started(server, "shop"));
    byte[] bytes = new byte[LARGE];
    new Random(3).nextBytes(bytes);
    CompletableFuture<byte[]> large = shop.mirror(bytes);
    assertThat(get(large)).isEqualTo(bytes);
    assertThat(get(shop.mirror(new byte[3]))).hasSize(3);
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
    assertThat(get(back.zeros(900_000))).hasSize(900_000);
    assertThat(get(shop.mirror(new byte[5]))).hasSize(5);
  }

  @Test
  void callsToOneEndpointKeepTheirOrder() throws Exception {
    Shop shop = connect(remote("65 mb"), started(remote("65 mb"), "shop"));
    List<CompletableFuture<Integer>> numbers = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 30; i++) {
      numbers.add(shop.number(new byte[i % 3 == 0 ? 12 * PART : i % 3 == 1 ? 5 : PART + 1]));
    }
    for (int i = 0; i < numbers.size(); i++) {
      assertThat(get(numbers.get(i))).isEqualTo(i);
    }
  }

  @Test
  void transferToADeadEndpointFailsTheCallAndFreesTheWay() throws Exception {
    AkkaRpcService server = remote("65 mb");
    ShopEndpoint endpoint = started(server, "shop");
    AkkaRpcService client = remote("65 mb");
    Shop shop = connect(client, endpoint);
    get(endpoint.closeAsync());
    assertThat(failure(shop.mirror(new byte[20 * PART]))).hasMessageContaining("shop");
    Shop other = connect(client, started(server, "other"));
    assertThat(get(other.mirror(new byte[20 * PART]))).hasSize(20 * PART);
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

  private ActorRef recorder(String system, List<Object> seen) {
    ActorSystem made =
        AkkaUtils.createActorSystem(system, AkkaUtils.getAkkaConfig(Configuration.empty(), null));
    systems.add(made);
    return made.actorOf(Props.create(Recorder.class, () -> new Recorder(seen)));
  }

  @Test
  void partsArePacedByTheirAcknowledgements() {
    List<Object> seen = new CopyOnWriteArrayList<>();
    ActorRef target = recorder("stellwerk", seen);
    LargeMessages messages = new LargeMessages(ActorRef.noSender(), address -> Optional.of(PEER));
    int parts = LargeMessages.WINDOW + 2;
    messages.sendInOrder(target, PEER, new TransportMessage.Tell(0, new byte[parts * PART + 1]));
    messages.sendInOrder(target, PEER, new TransportMessage.Tell(0, new byte[7]));
    messages.send(target, new TransportMessage.Answer(1, new byte[8])); // overtakes
    Patience.until(() -> seen.size() == LargeMessages.WINDOW + 1);
    assertThat(seen.get(LargeMessages.WINDOW)).isInstanceOf(TransportMessage.Answer.class);

    messages.acknowledged(((TransportMessage.Part) seen.get(0)).transfer());
    Patience.until(() -> seen.size() == LargeMessages.WINDOW + 2);
    assertThat(seen.get(seen.size() - 1)).isInstanceOf(TransportMessage.Part.class);

    // the other acknowledgements are lost
    Patience.until(
        () -> {
          messages.sweep();
          return seen.size() == parts + 3;
        });
    assertThat(seen.get(seen.size() - 2)).isInstanceOf(TransportMessage.LastPart.class);
    assertThat(((TransportMessage.Tell) seen.get(seen.size() - 1)).payload()).hasSize(7);
  }

  @Test
  void whatIsForAPeerThatIsGoneIsDropped() {
    Peer dead = new Peer("akka://dead", 1);
    List<Object> seen = new CopyOnWriteArrayList<>();
    List<Object> seenByTheDead = new CopyOnWriteArrayList<>();
    ActorRef alive = recorder("peer", seen);
    ActorRef buried = recorder("dead", seenByTheDead);
    LargeMessages messages =
        new LargeMessages(
            ActorRef.noSender(),
            address -> Stream.of(PEER, dead).filter(p -> p.isAt(address)).findFirst());
    TransportMessage.Tell large = new TransportMessage.Tell(0, new byte[20 * PART]);
    messages.sendInOrder(alive, PEER, large);
    messages.sendInOrder(buried, dead, large);
    messages.sendInOrder(buried, dead, new TransportMessage.Tell(0, new byte[1]));
    Patience.until(() -> seenByTheDead.size() == LargeMessages.WINDOW);

    dead.markGone("for the test");
    messages.drop(dead);
    messages.sendInOrder(buried, dead, large);
    seenByTheDead.forEach(part -> messages.acknowledged(((TransportMessage.Part) part).transfer()));
    for (int acknowledged = 0; messages.isBusy(); acknowledged++) {
      int next = acknowledged;
      Patience.until(() -> seen.size() > next);
      if (seen.get(next) instanceof TransportMessage.Part part) {
        messages.acknowledged(part.transfer());
      }
    }
    Patience.until(() -> seen.size() == 20);
    assertThat(seen.get(19)).isInstanceOf(TransportMessage.LastPart.class);
    assertThat(seenByTheDead).hasSize(LargeMessages.WINDOW);
  }

  @Test
  void largeAnswersToWhoIsNotKnownAreRefused() {
    LargeMessages messages = new LargeMessages(ActorRef.noSender(), address -> Optional.empty());
    List<Object> seen = new CopyOnWriteArrayList<>();
    ActorRef caller = recorder("unknown", seen);
    assertThat(messages.send(caller, new TransportMessage.Answer(1, new byte[PART + 1]))).isFalse();
    assertThat(messages.isBusy()).isFalse();
    assertThat(messages.send(caller, new TransportMessage.Answer(2, new byte[PART]))).isTrue();
    Patience.until(() -> seen.size() == 1);
  }

  @Test
  void partsOfAPeerThatIsGoneAreForgotten() {
    LargeMessages.Inbox inbox = new LargeMessages.Inbox(LARGE);
    ActorRef self = recorder("stellwerk", new CopyOnWriteArrayList<>());
    ActorRef alive = recorder("peer", new CopyOnWriteArrayList<>());
    ActorRef dying = recorder("dead", new CopyOnWriteArrayList<>());
    TransportMessage.Part part = new TransportMessage.Part(1, 3 * PART, new byte[PART], 0, PART);
    inbox.add(part, alive, self);
    inbox.add(part, dying, self);
    assertThat(inbox.unfinished()).isEqualTo(2);
    Peer dead = new Peer("akka://dead", 1);
    dead.markGone("for the test");
    inbox.drop(dead);
    assertThat(inbox.unfinished()).isEqualTo(1);
    inbox.add(part, dying, self); // the next process at that address
    inbox.drop(dead);
    assertThat(inbox.unfinished()).isEqualTo(2);
  }
}
