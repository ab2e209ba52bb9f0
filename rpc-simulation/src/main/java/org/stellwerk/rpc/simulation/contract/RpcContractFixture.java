package org.stellwerk.rpc.simulation.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.util.ExceptionUtils;
import org.stellwerk.util.FatalErrorHandler;

/**
 * What a transport provides so that the suite can run on it: two connected services, a way to wait,
 * and a clock. The suite itself never blocks and never reads the time.
 */
public abstract class RpcContractFixture {

  /**
   * The ask timeout of the services, longer than any test: a call that fails does so for another
   * reason, and needs no clock to show it.
   */
  protected static final Duration PATIENCE = Duration.ofHours(1);

  /** Faults that were reported; whoever expects one clears them. */
  protected final List<Throwable> faults = Collections.synchronizedList(new ArrayList<>());

  private final Deque<RpcService> services = new ArrayDeque<>();

  /** Hosts the endpoints. */
  protected RpcService server;

  /** Connects to them over the network. */
  protected RpcService client;

  /** For subclasses; the services are made before each test. */
  @SuppressWarnings("NullAway") // set before each test
  protected RpcContractFixture() {
    // nothing before the first test
  }

  /**
   * A service that can reach the others of this test that have the same ask timeout.
   *
   * @param name for logs
   * @param handler where its faults go
   */
  protected abstract RpcService makeService(
      String name, FatalErrorHandler handler, Duration askTimeout) throws Exception;

  /**
   * Lets the world go on until the future is done. Gives up after a time that is long for the most
   * loaded machine, and less than {@link #PATIENCE}.
   *
   * @return its value
   * @throws Throwable its failure itself, not wrapped
   */
  protected abstract <T> @Nullable T await(CompletableFuture<T> future) throws Throwable;

  /** The world's time in nanoseconds, from any origin. */
  protected abstract long nowNanos();

  /** The largest payload that the services were configured to send; 64 KiB is a good choice. */
  protected abstract int maximumMessageBytes();

  @BeforeEach
  final void makeServices() throws Exception {
    server = service("server", PATIENCE);
    client = service("client", PATIENCE);
  }

  /** A service that is closed after the test. */
  protected final RpcService service(String name, Duration askTimeout) throws Exception {
    RpcService service = makeService(name, faults::add, askTimeout);
    services.addFirst(service);
    return service;
  }

  @AfterEach
  final void closeServices() throws Throwable {
    for (RpcService service : services) {
      awaitOutcome(service.closeAsync());
    }
    assertThat(faults).as("faults that nobody expected").isEmpty();
  }

  /** Waits for the end, whatever it is; null or the failure. */
  protected final @Nullable Throwable awaitOutcome(CompletableFuture<?> future) {
    try {
      await(future);
      return null;
    } catch (Throwable t) {
      return ExceptionUtils.stripCompletionException(t);
    }
  }

  /** Waits for a failure. */
  protected final Throwable awaitFailure(CompletableFuture<?> future) {
    Throwable failure = awaitOutcome(future);
    assertThat(failure).as("the failure of the future").isNotNull();
    return failure == null ? new AssertionError() : failure;
  }

  /** A started endpoint. */
  protected final ContractEndpoint started(String name) {
    ContractEndpoint endpoint = new ContractEndpoint(server, name);
    endpoint.start();
    return endpoint;
  }

  /** A gateway within the process and one from outside. */
  protected final List<ContractGateway> gatewaysTo(ContractEndpoint endpoint) throws Throwable {
    return List.of(
        required(await(server.connect(endpoint.getAddress(), ContractGateway.class))),
        required(await(client.connect(endpoint.getAddress(), ContractGateway.class))));
  }

  /** A gateway from outside. */
  protected final ContractGateway remote(ContractEndpoint endpoint) throws Throwable {
    return required(await(client.connect(endpoint.getAddress(), ContractGateway.class)));
  }

  /** The value, which is there. */
  protected static <T> T required(@Nullable T value) {
    assertThat(value).isNotNull();
    return Objects.requireNonNull(value);
  }
}
