package org.stellwerk.rpc.simulation.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.exceptions.EndpointNotStartedException;
import org.stellwerk.rpc.exceptions.EndpointTerminatedException;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;

/** Endpoints: from their making to their end, and whose their names are. */
public abstract class RpcLifeCycleContract extends RpcEndpointContract {

  private static final Duration LONG = PATIENCE;

  @Test
  void callsBeforeTheStartAreRefused() throws Throwable {
    ContractEndpoint endpoint = new ContractEndpoint(server, "later");
    List<ContractGateway> gateways = gatewaysTo(endpoint);
    for (ContractGateway gateway : gateways) {
      assertThat(awaitFailure(gateway.echo("early")))
          .isInstanceOf(EndpointNotStartedException.class)
          .hasMessageContaining("later");
    }
    endpoint.start();
    for (ContractGateway gateway : gateways) {
      assertThat(await(gateway.echo("now"))).isEqualTo("now");
    }
  }

  @Test
  void callsAreAnsweredAfterOnStartOnly() throws Throwable {
    ContractEndpoint endpoint = new ContractEndpoint(server, "eager");
    List<ContractGateway> gateways = gatewaysTo(endpoint);
    endpoint.start();
    for (ContractGateway gateway : gateways) {
      // The endpoint's methods refuse to run before onStart.
      assertThat(await(gateway.echo("now"))).isEqualTo("now");
    }
    assertThat(endpoint.life).containsExactly("start");
  }

  @Test
  void startRunsOnStartOnce() throws Throwable {
    ContractEndpoint endpoint = started("once");
    endpoint.start();
    await(endpoint.getSelfGateway(ContractGateway.class).echo(""));
    assertThat(endpoint.life).containsExactly("start");
  }

  @Test
  void failingStartTerminatesTheEndpoint() throws Throwable {
    Exception failure = new Exception("cannot start");
    ContractEndpoint endpoint = new ContractEndpoint(server, "failing").failingStart(failure);
    endpoint.start();
    assertThat(awaitFailure(endpoint.getTerminationFuture())).isSameAs(failure);
    assertThat(awaitFailure(client.connect(endpoint.getAddress(), ContractGateway.class)))
        .isInstanceOf(RpcException.class);
  }

  @Test
  void closedWhileStartingItStartsAndStops() throws Throwable {
    ContractEndpoint endpoint = new ContractEndpoint(server, "brief");
    endpoint.start();
    await(endpoint.closeAsync());
    assertThat(endpoint.life).containsExactly("start", "stop");

    ContractEndpoint suicidal = new ContractEndpoint(server, "suicidal");
    suicidal.startingWith(suicidal::closeAsync);
    suicidal.start();
    await(suicidal.getTerminationFuture());
    assertThat(suicidal.life).containsExactly("start", "stop");
  }

  @Test
  void stoppedEndpointRefusesUntilItIsStartedAgain() throws Throwable {
    ContractEndpoint endpoint = started("pausing");
    List<ContractGateway> gateways = gatewaysTo(endpoint);
    endpoint.pause();
    for (ContractGateway gateway : gateways) {
      assertThat(awaitFailure(gateway.echo("paused")))
          .isInstanceOf(EndpointNotStartedException.class);
    }
    endpoint.start();
    for (ContractGateway gateway : gateways) {
      assertThat(await(gateway.echo("again"))).isEqualTo("again");
    }
    endpoint.pause();
    await(endpoint.closeAsync());
    assertThat(endpoint.life).containsExactly("start", "stop");
  }

  @Test
  void terminationFutureFollowsOnStop() throws Throwable {
    CompletableFuture<Void> outcome = new CompletableFuture<>();
    ContractEndpoint endpoint = new ContractEndpoint(server, "slowly").stoppingWith(outcome);
    endpoint.start();
    ContractGateway gateway = remote(endpoint);
    assertThat(endpoint.getTerminationFuture()).isNotDone();
    CompletableFuture<Void> closed = endpoint.closeAsync();
    assertThat(awaitFailure(gateway.echo("too late")))
        .isInstanceOf(EndpointTerminatedException.class);
    assertThat(closed).isNotDone();
    // The main thread goes on until onStop's future ends.
    assertThat(await(endpoint.call(() -> "still here", LONG))).isEqualTo("still here");
    outcome.complete(null);
    await(closed);
    assertThat(endpoint.life).containsExactly("start", "stop");
    assertThat(awaitFailure(gateway.echo("much too late")))
        .isInstanceOf(RecipientUnreachableException.class);
  }

  @Test
  void failureOfOnStopIsTheTerminationsFailure() throws Throwable {
    Exception failure = new Exception("cannot stop");
    ContractEndpoint endpoint =
        new ContractEndpoint(server, "stubborn")
            .stoppingWith(CompletableFuture.failedFuture(failure));
    endpoint.start();
    assertThat(awaitFailure(endpoint.closeAsync())).isSameAs(failure);
  }

  @Test
  void endpointThatNeverStartedTerminatesToo() throws Throwable {
    ContractEndpoint endpoint = new ContractEndpoint(server, "unborn");
    await(endpoint.closeAsync());
    assertThat(endpoint.life).isEmpty();
  }

  @Test
  void closingTwiceIsClosingOnce() throws Throwable {
    ContractEndpoint endpoint = started("twice");
    CompletableFuture<Void> first = endpoint.closeAsync();
    CompletableFuture<Void> second = endpoint.closeAsync();
    await(first);
    await(second);
    await(endpoint.closeAsync());
    assertThat(endpoint.life).containsExactly("start", "stop");
  }

  @Test
  void resourcesAreClosedAtTheEnd() throws Throwable {
    ContractEndpoint endpoint = started("owner");
    CompletableFuture<Void> resource = new CompletableFuture<>();
    await(
        endpoint.call(
            () -> {
              endpoint.own(() -> resource.complete(null));
              return true;
            },
            LONG));
    assertThat(resource).isNotDone();
    await(endpoint.closeAsync());
    assertThat(resource).isDone();
  }

  @Test
  void postedCodeDiesWithTheEndpoint() throws Throwable {
    ContractEndpoint endpoint = started("over");
    ContractGateway self = endpoint.getSelfGateway(ContractGateway.class);
    await(endpoint.closeAsync());
    AtomicBoolean ran = new AtomicBoolean();
    endpoint.post(() -> ran.set(true));
    endpoint.postDelayed(Duration.ZERO, this::nowNanos);
    self.tell("nobody listens");
    // Sent after the others; it fails when its turn has come.
    assertThat(awaitFailure(endpoint.call(() -> 1, LONG)))
        .isInstanceOf(RecipientUnreachableException.class);
    assertThat(awaitFailure(self.echo("anybody?")))
        .isInstanceOf(RecipientUnreachableException.class);
    assertThat(ran).isFalse();
    assertThat(endpoint.ranAt).isEmpty();
  }

  @Test
  void nameIsFreeAfterTermination() throws Throwable {
    ContractEndpoint first = started("named");
    String address = first.getAddress();
    assertThatThrownBy(() -> new ContractEndpoint(server, "named"))
        .isInstanceOf(RpcRuntimeException.class)
        .hasMessageContaining("named");
    await(remote(first).echo("first"));
    await(first.closeAsync());
    ContractEndpoint second = started("named");
    assertThat(second.getAddress()).isEqualTo(address);
    for (ContractGateway gateway : gatewaysTo(second)) {
      assertThat(await(gateway.echo("second"))).isEqualTo("second");
    }
  }

  private static final class Unborn extends ContractEndpoint {
    Unborn(RpcService service, String name) {
      super(service, name);
      throw new IllegalArgumentException("not born");
    }
  }

  @Test
  void constructorThatThrowsLeavesItsNameFree() throws Throwable {
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> new Unborn(server, "again")).hasMessage("not born");
    }
    ContractGateway early =
        required(await(client.connect(server.getEndpointAddress("again"), ContractGateway.class)));
    assertThat(awaitFailure(early.echo("unborn"))).isInstanceOf(EndpointNotStartedException.class);

    ContractEndpoint born = started("again");
    assertThat(born.getAddress()).isEqualTo(server.getEndpointAddress("again"));
    for (ContractGateway gateway : gatewaysTo(born)) {
      assertThat(await(gateway.echo("born"))).isEqualTo("born");
    }
    assertThat(awaitFailure(early.echo("unborn")))
        .isInstanceOfAny(RecipientUnreachableException.class, EndpointNotStartedException.class);
    assertThatThrownBy(() -> new Unborn(server, "again"))
        .isInstanceOf(RpcRuntimeException.class)
        .hasMessageContaining("again");
    assertThat(await(remote(born).echo("alive"))).isEqualTo("alive");
  }

  @Test
  void whoNeverStartedGivesItsNameToTheNext() throws Throwable {
    ContractEndpoint first = new ContractEndpoint(server, "heir");
    ContractEndpoint second = new ContractEndpoint(server, "heir");
    assertThatThrownBy(first::start)
        .isInstanceOf(RpcRuntimeException.class)
        .hasMessageContaining("heir");
    await(first.closeAsync());
    assertThat(first.life).isEmpty();
    second.start();
    for (ContractGateway gateway : gatewaysTo(second)) {
      assertThat(await(gateway.echo("second"))).isEqualTo("second");
    }
  }
}
