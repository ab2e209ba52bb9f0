package org.stellwerk.rpc.simulation.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.PeerListener;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.util.ExceptionUtils;

/**
 * What happens when a peer process dies, and what must not happen when it is only paused. A
 * subclass gives a service of its own and other processes that it can kill and pause.
 */
public abstract class RpcPeerContract {

  /** How long a peer is paused at least. */
  protected static final Duration PAUSE = Duration.ofSeconds(2);

  private static final int CALLS = 600;
  private static final int MOST_QUESTIONS = 60;
  private static final int LARGE = 4 << 20;

  private final List<String> gone = Collections.synchronizedList(new ArrayList<>());
  private CompletableFuture<String> firstGone = new CompletableFuture<>();

  /** This process. */
  protected RpcService service;

  /** Another process; it hosts the endpoint {@link #hostPeerEndpoint}. */
  protected interface PeerProcess {

    /** The address of its endpoint. */
    String endpointAddress();

    /** Ends it at once, without any farewell. */
    void kill() throws Exception;

    /** Stops it, for {@link #PAUSE} at least; nothing of it runs when this returns. */
    void pause() throws Exception;

    /** Lets it go on. */
    void resume() throws Exception;
  }

  /** For subclasses. */
  @SuppressWarnings("NullAway") // set before each test
  protected RpcPeerContract() {
    // nothing before the first test
  }

  /** A service whose ask and lookup timeouts are longer than any test. */
  protected abstract RpcService makeService() throws Exception;

  /**
   * How soon the end of a process must be known: exactly, where time is virtual. Where it depends
   * on the machine's load, any time less than the service's timeouts.
   */
  protected abstract Duration soon();

  /**
   * Starts a process and waits until its endpoint answers.
   *
   * @param connectTo an endpoint that the process connects to and calls first; null for none
   */
  protected abstract PeerProcess startPeer(@Nullable String connectTo) throws Exception;

  /** Starts the endpoint of a peer process, there. */
  public static RpcService hostPeerEndpoint(RpcService inPeer) {
    new ContractEndpoint(inPeer, "peer").start();
    return inPeer;
  }

  /** The call that a peer process makes if it is to connect to somebody. */
  public static CompletableFuture<String> callFromPeer(RpcService inPeer, String address) {
    return inPeer
        .connect(address, ContractGateway.class)
        .thenCompose(gateway -> gateway.echo("hello"));
  }

  /** As in {@link RpcContractFixture}. */
  protected abstract <T> @Nullable T await(CompletableFuture<T> future) throws Throwable;

  /** The world's time in nanoseconds, from any origin. */
  protected abstract long nowNanos();

  @BeforeEach
  final void makeListeningService() throws Exception {
    service = makeService();
    service.addPeerListener(
        (peer, reason) -> {
          gone.add(peer);
          firstGone.complete(peer);
        });
  }

  @AfterEach
  final void closeService() throws Throwable {
    await(service.closeAsync());
  }

  private ContractGateway connected(PeerProcess peer) throws Throwable {
    return Objects.requireNonNull(
        await(service.connect(peer.endpointAddress(), ContractGateway.class)));
  }

  private Throwable failureOf(CompletableFuture<?> future) {
    Throwable failure = outcomeOf(future);
    if (failure == null) {
      throw new AssertionError("it did not fail");
    }
    return failure;
  }

  /** Waits for the end; null or the failure. */
  private @Nullable Throwable outcomeOf(CompletableFuture<?> future) {
    try {
      await(future);
      return null;
    } catch (Throwable t) {
      return ExceptionUtils.stripCompletionException(t);
    }
  }

  private void sleepFor(Duration duration) throws Throwable {
    CompletableFuture<Void> over = new CompletableFuture<>();
    service
        .getScheduledExecutor()
        .schedule(() -> over.complete(null), duration.toMillis(), TimeUnit.MILLISECONDS);
    await(over);
  }

  @Test
  void killedPeerFailsItsCallsAndIsReported() throws Throwable {
    PeerProcess peer = startPeer(null);
    PeerProcess survivor = startPeer(null);
    ContractGateway gateway = connected(peer);
    ContractGateway other = connected(survivor);
    CompletableFuture<Void> open = gateway.never();
    CompletableFuture<Void> openElsewhere = other.never();
    assertThat(await(gateway.echo("alive"))).isEqualTo("alive");
    long begin = nowNanos();
    peer.kill();
    assertThat(failureOf(open))
        .isInstanceOf(RecipientUnreachableException.class)
        .hasMessageContaining("gone");
    String reported = Objects.requireNonNull(await(firstGone));
    assertThat(nowNanos() - begin).isLessThan(soon().toNanos());
    assertThat(PeerListener.isAt(peer.endpointAddress(), reported)).isTrue();
    assertThat(PeerListener.isAt(survivor.endpointAddress(), reported)).isFalse();

    begin = nowNanos();
    gateway.tell("nobody listens");
    assertThat(failureOf(gateway.echo("anybody?")))
        .isInstanceOf(RecipientUnreachableException.class);
    assertThat(failureOf(service.connect(peer.endpointAddress(), ContractGateway.class)))
        .isInstanceOf(RpcConnectionException.class);
    assertThat(nowNanos() - begin).isLessThan(soon().toNanos());
    assertThat(await(other.echo("alive"))).isEqualTo("alive");
    assertThat(openElsewhere).isNotDone();
    assertThat(gone).hasSize(1);
    survivor.kill();
    assertThat(failureOf(openElsewhere)).isInstanceOf(RecipientUnreachableException.class);
  }

  @Test
  void everyCallEndsWhenThePeerIsKilledInTheMiddle() throws Throwable {
    PeerProcess peer = startPeer(null);
    ContractGateway gateway = connected(peer);
    List<CompletableFuture<?>> calls = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      calls.add(i % 100 == 99 ? gateway.never() : gateway.echo("call " + i));
      gateway.tell("told " + i);
      if (i == CALLS / 2) {
        await(calls.get(i));
        peer.kill();
      }
    }
    int failed = 0;
    for (CompletableFuture<?> call : calls) {
      Throwable failure = outcomeOf(call);
      if (failure != null) {
        failed++;
        assertThat(failure).isInstanceOf(RecipientUnreachableException.class);
      }
    }
    assertThat(failed).isBetween(CALLS / 2, CALLS - 1);
    await(firstGone);
    assertThat(gone).hasSize(1);
  }

  @Test
  void largeCallsToAKilledPeerFailAtOnce() throws Throwable {
    PeerProcess peer = startPeer(null);
    PeerProcess survivor = startPeer(null);
    ContractGateway gateway = connected(peer);
    ContractGateway other = connected(survivor);
    byte[] large = new byte[LARGE];
    assertThat(await(gateway.size(large))).isEqualTo(LARGE);
    peer.pause(); // so that it is killed before it has got them all
    List<CompletableFuture<?>> calls = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      calls.add(gateway.size(large));
      calls.add(gateway.echo("behind them"));
    }
    long begin = nowNanos();
    peer.kill();
    for (CompletableFuture<?> call : calls) {
      assertThat(failureOf(call)).isInstanceOf(RecipientUnreachableException.class);
    }
    assertThat(nowNanos() - begin).isLessThan(soon().toNanos());
    assertThat(failureOf(gateway.size(large))).isInstanceOf(RecipientUnreachableException.class);
    assertThat(await(other.size(large))).isEqualTo(LARGE);
  }

  @Test
  void whoeverWasCalledByAKilledPeerHearsOfIt() throws Throwable {
    ContractEndpoint endpoint = new ContractEndpoint(service, "called");
    endpoint.start();
    PeerProcess peer = startPeer(endpoint.getAddress());
    long begin = nowNanos();
    peer.kill();
    String reported = Objects.requireNonNull(await(firstGone));
    assertThat(nowNanos() - begin).isLessThan(soon().toNanos());
    assertThat(PeerListener.isAt(peer.endpointAddress(), reported)).isTrue();
  }

  @Test
  void pausedPeerIsNotGone() throws Throwable {
    PeerProcess peer = startPeer(null);
    ContractGateway gateway = connected(peer);
    peer.pause();
    CompletableFuture<String> late = gateway.echo("late");
    sleepFor(PAUSE.dividedBy(2));
    assertThat(late).isNotDone();
    assertThat(gone).isEmpty();
    peer.resume();
    assertThat(await(late)).isEqualTo("late");
    assertThat(await(gateway.echo("alive"))).isEqualTo("alive");
    assertThat(gone).isEmpty();
    peer.kill();
    await(firstGone);
  }

  /** One question may be too short for a process on a machine under load. */
  private void awaitAnswer(PeerProcess peer) throws Throwable {
    int questions = 1;
    while (!Boolean.TRUE.equals(await(service.answers(peer.endpointAddress())))) {
      assertThat(++questions).isLessThan(MOST_QUESTIONS);
    }
  }

  @Test
  void aPausedOrKilledPeerDoesNotAnswer() throws Throwable {
    PeerProcess peer = startPeer(null);
    assertThat(await(service.answers(peer.endpointAddress()))).as("not connected").isFalse();
    ContractGateway gateway = connected(peer);
    awaitAnswer(peer);
    assertThat(await(service.answers(service.getEndpointAddress("own")))).isTrue();
    peer.pause();
    assertThat(await(service.answers(peer.endpointAddress()))).as("paused").isFalse();
    peer.resume();
    assertThat(await(gateway.echo("alive"))).isEqualTo("alive");
    awaitAnswer(peer);
    peer.kill();
    assertThat(await(service.answers(peer.endpointAddress()))).as("killed").isFalse();
  }

  @Test
  void removedListenerHearsNothing() throws Throwable {
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    PeerListener listener = (peer, reason) -> heard.add(peer);
    service.addPeerListener(listener);
    service.removePeerListener(listener);
    PeerProcess peer = startPeer(null);
    connected(peer);
    peer.kill();
    await(firstGone);
    assertThat(heard).isEmpty();
  }
}
