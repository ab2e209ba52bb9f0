package org.stellwerk.rpc.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.RpcServer;
import org.stellwerk.rpc.RpcUtils;
import org.stellwerk.rpc.dispatch.NameClaim;
import org.stellwerk.rpc.dispatch.RpcInvocationDispatcher;
import org.stellwerk.rpc.dispatch.RpcInvocationDispatcher.NoResponder;
import org.stellwerk.rpc.dispatch.RpcResponder;
import org.stellwerk.rpc.exceptions.EndpointGoneException;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.messages.CallAsync;
import org.stellwerk.rpc.messages.ControlMessages;
import org.stellwerk.rpc.messages.FencedMessage;
import org.stellwerk.rpc.messages.RpcInvocation;
import org.stellwerk.rpc.messages.RunAsync;
import org.stellwerk.rpc.simulation.SimEvent.Kind;
import org.stellwerk.rpc.simulation.SimMessage.Payload;
import org.stellwerk.rpc.simulation.SimObserver.EndpointEvent;
import org.stellwerk.util.ExceptionUtils;

/**
 * The server of one endpoint: its messages wait here in order, and each is one event in which the
 * shared dispatcher processes it. An endpoint is busy for a while with each, so that they queue.
 */
final class SimMailbox implements RpcServer {

  private final SimRpcService service;
  private final String name;
  private final String key;
  private final RpcEndpoint endpoint;
  private final RpcInvocationDispatcher dispatcher;
  private final List<Class<? extends RpcGateway>> gateways;
  private final CompletableFuture<Void> terminated;
  private final SimNetwork.Lanes arrivals = new SimNetwork.Lanes();
  private final SimLane lane = new SimLane();
  private final NameClaim claim;
  private long busyUntilNanos;
  private int waiting;
  private boolean closed;

  SimMailbox(
      SimRpcService service, int number, RpcEndpoint endpoint, Map<String, String> loggingContext) {
    this.service = service;
    this.key = endpoint.getEndpointId() + SimRpcService.DIRECT_MARK + number;
    this.terminated = new SimFuture<>(service.scheduler());
    this.name = endpoint.getEndpointId();
    this.endpoint = endpoint;
    this.claim = new NameClaim(name);
    this.gateways = RpcUtils.extractImplementedRpcGateways(endpoint.getClass());
    this.dispatcher =
        new RpcInvocationDispatcher(
            endpoint, this::runAsync, service.node().fatalErrors(), loggingContext);
    dispatcher.getTerminationFuture().whenComplete((ignored, failure) -> close(failure));
  }

  SimNode node() {
    return service.node();
  }

  String name() {
    return name;
  }

  RpcEndpoint endpoint() {
    return endpoint;
  }

  /** The endpoint's name and number: by what it is found, and no other. */
  String key() {
    return key;
  }

  /** The gateways that the endpoint serves. */
  List<Class<? extends RpcGateway>> gateways() {
    return gateways;
  }

  NameClaim claim() {
    return claim;
  }

  SimNetwork.Lanes arrivals() {
    return arrivals;
  }

  /** Puts a message behind those that wait. */
  void post(Object message, String what, RpcResponder responder) {
    if (closed && message instanceof RunAsync run && run.runnable() instanceof ScheduledFuture) {
      service
          .scheduler()
          .reportViolation(
              new InvariantViolation("I10", "A timer fires for " + name + ", which has ended"));
    }
    if (++waiting > service.scheduler().budget().waiting()) {
      service
          .scheduler()
          .reportViolation(
              new InvariantViolation(
                  "I9", "There are %d messages in the mailbox of %s".formatted(waiting, name)));
    }
    long now = service.scheduler().nowNanos();
    long at = Math.max(now + service.mailboxLatency(), busyUntilNanos);
    busyUntilNanos = at + service.processingTime();
    service.scheduler().schedule(new Posted(message, what, responder), at - now, lane);
  }

  /** A message in the mailbox. */
  private final class Posted extends SimEvent {

    private final Object message;
    private final String what;
    private final RpcResponder responder;

    Posted(Object message, String what, RpcResponder responder) {
      super(Kind.MESSAGE, SimMailbox.this.node());
      this.message = message;
      this.what = what;
      this.responder = responder;
    }

    @Override
    void happen() {
      waiting--;
      handle(message, responder);
    }

    @Override
    public String label() {
      return name + " " + what;
    }

    @Override
    int labelHash() {
      return name.hashCode() * 31 + what.hashCode();
    }

    @Override
    public RpcEndpoint endpoint() {
      return endpoint;
    }

    @Override
    Object context() {
      return SimMailbox.this;
    }
  }

  private void handle(Object message, RpcResponder responder) {
    if (closed) {
      responder.fail(
          new EndpointGoneException(
              "There is no endpoint at " + getAddress() + " any more: it has terminated."));
    } else if (observers().any()) {
      new Watched(responder).handle(message);
    } else {
      dispatcher.handle(message, responder);
    }
  }

  private SimObservers observers() {
    return service.scheduler().observers();
  }

  /** Processes a message under the eyes of the observers: notes with what it failed at once. */
  private final class Watched implements RpcResponder {

    private final RpcResponder responder;
    private @Nullable Throwable failure;

    Watched(RpcResponder responder) {
      this.responder = responder;
    }

    void handle(Object message) {
      dispatcher.handle(message, this);
      if (message instanceof FencedMessage<?> || message instanceof RpcInvocation) {
        observers().onInvoked(node(), endpoint, message, failure);
      }
      if (failure instanceof FencingTokenException) {
        observers().onFenced(node(), name, describe(message));
      }
    }

    private static String describe(Object message) {
      Object invocation = message instanceof FencedMessage<?> fenced ? fenced.payload() : message;
      return invocation instanceof RpcInvocation call ? call.describe() : invocation.toString();
    }

    @Override
    public void succeed(@Nullable Object value) {
      responder.succeed(value);
    }

    @Override
    public void fail(Throwable reason) {
      failure = reason;
      responder.fail(reason);
    }
  }

  private void close(@Nullable Throwable failure) {
    closed = true;
    service.removeEndpoint(this);
    observers().onEndpoint(node(), name, EndpointEvent.TERMINATED);
    Runnable tell =
        () -> {
          if (failure == null) {
            terminated.complete(null);
          } else {
            terminated.completeExceptionally(ExceptionUtils.stripCompletionException(failure));
          }
        };
    service.later(Kind.REPLY, name + " terminated", tell);
  }

  void terminate() {
    post(ControlMessages.TERMINATE, "TERMINATE", NoResponder.INSTANCE);
  }

  @Override
  public void start() {
    claim.start();
    post(ControlMessages.START, "START", NoResponder.INSTANCE);
  }

  @Override
  public void stop() {
    post(ControlMessages.STOP, "STOP", NoResponder.INSTANCE);
  }

  @Override
  public void runAsync(Runnable runnable) {
    post(new RunAsync(runnable), "runAsync", NoResponder.INSTANCE);
  }

  @Override
  public <V> CompletableFuture<V> callAsync(Callable<V> callable, Duration timeout) {
    SimAsks.Ask ask = service.asks().open("callAsync", this, null, timeout);
    post(new CallAsync(callable), "callAsync", new LocalResponder(service, "callAsync", ask, -1));
    @SuppressWarnings("unchecked") // the dispatcher answers with the callable's value
    CompletableFuture<V> future = (CompletableFuture<V>) (CompletableFuture<?>) ask.future();
    return future;
  }

  @Override
  public void scheduleRunAsync(Runnable runnable, long delayMs) {
    node().timers().schedule(() -> runAsync(runnable), delayMs, TimeUnit.MILLISECONDS);
  }

  @Override
  public CompletableFuture<Void> getTerminationFuture() {
    return terminated;
  }

  @Override
  public String getAddress() {
    return service.getEndpointAddress(name);
  }

  @Override
  public String getDirectAddress() {
    return service.getEndpointAddress(key());
  }

  @Override
  public String getHostname() {
    return service.getAddress();
  }

  /** Answers a caller on the same node, in an event of its own. */
  record LocalResponder(SimRpcService service, String what, SimAsks.Ask ask, long callId)
      implements RpcResponder {

    @Override
    public void succeed(@Nullable Object value) {
      answer(value, () -> ask.succeed(value));
    }

    @Override
    public void fail(Throwable failure) {
      answer(failure, () -> ask.fail(failure));
    }

    private void answer(@Nullable Object content, Runnable action) {
      SimTransport transport = service.network().transport();
      long id = transport.nextLocalMessage();
      if (service.scheduler().observers().any()) {
        transport.passed(id, service.node(), what, Payload.answer(content, callId));
      }
      service.later(Kind.REPLY, what, action);
    }
  }
}
