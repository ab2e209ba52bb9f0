package org.stellwerk.rpc.akka;

import akka.actor.ActorRef;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.MainThreadExecutable;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.RpcServer;
import org.stellwerk.rpc.StartStoppable;
import org.stellwerk.rpc.codec.RemoteInterface;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.rpc.exceptions.RpcPayloadTooLargeException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;
import org.stellwerk.rpc.messages.CallAsync;
import org.stellwerk.rpc.messages.ControlMessages;
import org.stellwerk.rpc.messages.LocalRpcInvocation;
import org.stellwerk.rpc.messages.RemoteRpcInvocation;
import org.stellwerk.rpc.messages.RpcInvocation;
import org.stellwerk.rpc.messages.RunAsync;

/**
 * Behind every gateway: makes messages of calls and sends them to the endpoint's actor. Within the
 * process the message holds the arguments themselves and the caller's future; between processes it
 * holds bytes, and the answer finds its caller by a number. Thread-safe.
 */
class AkkaInvocationHandler implements InvocationHandler, AkkaBasedEndpoint, RpcServer {

  private static final Logger LOG = LoggerFactory.getLogger(AkkaInvocationHandler.class);

  /** No arguments. */
  private static final @Nullable Object[] NONE = new Object[0];

  private final AkkaRpcService service;
  private final Recipient recipient;

  /**
   * The endpoint.
   *
   * @param connection null if the endpoint lives in this process
   * @param server null if it does not
   */
  record Recipient(
      ActorRef actor,
      String address,
      String hostname,
      @Nullable Connection connection,
      @Nullable LocalServer server) {}

  /** Through which gateway the endpoint is called, and in which process. */
  record Connection(RemoteInterface gateway, Peer peer) {

    private int gatewayKey() {
      return TransportMessage.keyOf(gateway);
    }
  }

  AkkaInvocationHandler(AkkaRpcService service, Recipient recipient) {
    this.service = service;
    this.recipient = recipient;
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    Class<?> declarer = method.getDeclaringClass();
    if (declarer == Object.class) {
      return invokeObjectMethod(proxy, method, arguments);
    } else if (declarer == RpcGateway.class
        || declarer == FencedRpcGateway.class
        || declarer == AkkaBasedEndpoint.class
        || declarer == RpcServer.class
        || declarer == StartStoppable.class
        || declarer == MainThreadExecutable.class) {
      try {
        return method.invoke(this, arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause() == null ? e : e.getCause();
      }
    }
    return invokeRpc(service.callSite(method), arguments == null ? NONE : arguments);
  }

  private Object invokeObjectMethod(Object proxy, Method method, Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> "gateway of " + recipient.address();
    };
  }

  private @Nullable Object invokeRpc(CallSite site, @Nullable Object[] arguments) throws Throwable {
    Method method = Objects.requireNonNull(site.method());
    LocalServer server = recipient.server();
    if (site.answer() == CallSite.AnswerKind.BLOCKING
        && server != null
        && server.endpoint().internalMainThreadGuard().isHere()) {
      try {
        return method.invoke(server.endpoint(), arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause() == null ? e : e.getCause();
      }
    }
    Duration timeout = site.timeout(arguments, service.getConfiguration().askTimeout());
    RpcInvocation invocation =
        recipient.connection() == null
            ? new LocalRpcInvocation(method, arguments)
            : new RemoteRpcInvocation(method, arguments);
    Object message = envelope(invocation);
    if (site.answer() == CallSite.AnswerKind.NONE) {
      tell(message, method);
      return null;
    }
    CompletableFuture<?> answer = ask(site, message, timeout);
    return site.answer() == CallSite.AnswerKind.FUTURE ? answer : await(answer, method, timeout);
  }

  /** The message around a call; fenced gateways add their token. */
  Object envelope(RpcInvocation invocation) {
    return invocation;
  }

  private void tell(Object message, Method method) {
    Connection connection = recipient.connection();
    if (connection == null) {
      recipient.actor().tell(message, ActorRef.noSender());
      return;
    }
    if (connection.peer().whyGone() != null) {
      LOG.debug("{} is dropped: {} is gone.", method.getName(), recipient.address());
      return;
    }
    try {
      byte[] payload = encode(connection, message, method);
      service
          .largeMessages()
          .sendInOrder(
              recipient.actor(),
              connection.peer(),
              new TransportMessage.Tell(connection.gatewayKey(), payload));
    } catch (RpcException e) {
      throw new RpcRuntimeException(e.getMessage(), e);
    }
  }

  private CompletableFuture<?> ask(CallSite site, Object message, Duration timeout) {
    Connection connection = recipient.connection();
    if (connection == null) {
      PendingCall call =
          service
              .pendingCalls()
              .open(new PendingCall.Target(site, recipient.address(), null, null), timeout);
      if (!call.isDone()) {
        recipient.actor().tell(new LocalAsk(message, call), ActorRef.noSender());
      }
      return call;
    }
    byte[] payload;
    try {
      payload = encode(connection, message, Objects.requireNonNull(site.method()));
    } catch (RpcException e) {
      return CompletableFuture.failedFuture(e);
    }
    PendingCall call =
        service
            .pendingCalls()
            .open(
                new PendingCall.Target(
                    site, recipient.address(), connection.gateway(), connection.peer()),
                timeout);
    String whyGone = connection.peer().whyGone();
    if (whyGone != null) {
      call.fail(Peers.unreachable(connection.peer().address(), whyGone));
    }
    if (!call.isDone()) {
      service
          .largeMessages()
          .sendInOrder(
              recipient.actor(),
              connection.peer(),
              new TransportMessage.Ask(call.id(), connection.gatewayKey(), payload));
    }
    return call;
  }

  private byte[] encode(Connection connection, Object message, Method method) throws RpcException {
    String problem = connection.gateway().whyNotRemote(method);
    if (problem != null) {
      throw new RpcException(
          service.callSite(method).describe() + " cannot be called remotely: " + problem);
    }
    byte[] payload = service.codec().encodeInvocation(connection.gateway(), message);
    long limit = service.getConfiguration().maximumFramesize();
    if (payload.length > limit) {
      throw new RpcPayloadTooLargeException(
          "The call "
              + service.callSite(method).describe()
              + " to "
              + recipient.address()
              + " takes "
              + payload.length
              + " bytes; the maximum is "
              + limit
              + " (akka.framesize).");
    }
    return payload;
  }

  private static @Nullable Object await(
      CompletableFuture<?> answer, Method method, Duration timeout) throws Throwable {
    try {
      // The sweep ends the call in time; the margin only guards against a service that is gone.
      return answer.get(timeout.plusSeconds(1).toSeconds() + 1, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof RuntimeException || cause instanceof Error) {
        throw cause;
      }
      for (Class<?> declared : method.getExceptionTypes()) {
        if (declared.isInstance(cause)) {
          throw cause;
        }
      }
      throw new RpcRuntimeException(cause.getMessage() + "", cause);
    }
  }

  @Override
  public ActorRef getActorRef() {
    return recipient.actor();
  }

  @Override
  public String getAddress() {
    return recipient.address();
  }

  @Override
  public String getDirectAddress() {
    if (recipient.server() == null) {
      throw new RpcRuntimeException(
          recipient.address() + " is in another process, where its direct address is known.");
    }
    return LocalServers.directAddress(recipient.address(), recipient.actor());
  }

  @Override
  public String getHostname() {
    return recipient.hostname();
  }

  @Override
  public void start() {
    ActorRef actor = localActor();
    Objects.requireNonNull(recipient.server()).claim().start();
    actor.tell(ControlMessages.START, ActorRef.noSender());
  }

  @Override
  public void stop() {
    localActor().tell(ControlMessages.STOP, ActorRef.noSender());
  }

  @Override
  public void runAsync(Runnable runnable) {
    localActor().tell(new RunAsync(runnable), ActorRef.noSender());
  }

  @Override
  @SuppressWarnings("unchecked") // the future ends with what the callable returned
  public <V> CompletableFuture<V> callAsync(Callable<V> callable, Duration timeout) {
    localActor();
    return (CompletableFuture<V>) ask(CallSite.CALL_ASYNC, new CallAsync(callable), timeout);
  }

  @Override
  public void scheduleRunAsync(Runnable runnable, long delayMs) {
    localActor();
    service
        .getScheduledExecutor()
        .schedule(() -> runAsync(runnable), delayMs, TimeUnit.MILLISECONDS);
  }

  @Override
  public CompletableFuture<Void> getTerminationFuture() {
    localActor();
    return Objects.requireNonNull(recipient.server()).termination();
  }

  private ActorRef localActor() {
    if (recipient.server() == null) {
      throw new RpcRuntimeException(
          "Code cannot be posted to " + recipient.address() + ": it is in another process.");
    }
    return recipient.actor();
  }
}
