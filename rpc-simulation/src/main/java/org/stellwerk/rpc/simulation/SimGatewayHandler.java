package org.stellwerk.rpc.simulation;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.dispatch.RpcInvocationDispatcher.NoResponder;
import org.stellwerk.rpc.dispatch.RpcResponder;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;
import org.stellwerk.rpc.messages.FencedMessage;
import org.stellwerk.rpc.messages.LocalRpcInvocation;
import org.stellwerk.rpc.messages.RemoteRpcInvocation;
import org.stellwerk.rpc.messages.RpcInvocation;
import org.stellwerk.rpc.simulation.SimMessage.Payload;

/**
 * The caller's side of one gateway: turns its methods into messages. A void method is told, one
 * that returns a future is asked; any other runs at once, in the endpoint's own main thread only.
 */
final class SimGatewayHandler implements InvocationHandler {

  private static final @Nullable Object[] NOTHING = {};

  private final SimRpcService caller;
  private final SimMailbox target;
  private final @Nullable Class<?> gateway;
  private final @Nullable Supplier<? extends Serializable> fence;

  /** A handler for the endpoint's own node (all its gateways), or for one remote gateway. */
  SimGatewayHandler(
      SimRpcService caller,
      SimMailbox target,
      @Nullable Class<?> gateway,
      @Nullable Supplier<? extends Serializable> fence) {
    this.caller = caller;
    this.target = target;
    this.gateway = gateway;
    this.fence = fence;
  }

  SimMailbox target() {
    return target;
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] given)
      throws Throwable {
    @Nullable Object[] arguments = given == null ? NOTHING : given;
    Class<?> declaring = method.getDeclaringClass();
    if (declaring == Object.class) {
      return ofObject(proxy, method, arguments);
    }
    if (declaring == FencedRpcGateway.class) {
      return fence == null ? null : fence.get();
    }
    if (declaring == RpcGateway.class || !RpcGateway.class.isAssignableFrom(declaring)) {
      return unwrapped(target, method, arguments);
    }
    if (declaring.isInstance(target)) {
      return unwrapped(target, method, arguments);
    }
    SimCall call = caller.call(method);
    if (call.tell() || call.ask()) {
      return target.node() == caller.node() ? local(call, arguments) : remote(call, arguments);
    }
    if (target.node() == caller.node() && target.endpoint().internalMainThreadGuard().isHere()) {
      return unwrapped(target.endpoint(), method, arguments);
    }
    throw new UnsupportedOperationException(
        call.what()
            + " returns neither a CompletableFuture nor void. The simulator cannot block for it: it"
            + " may be called in the main thread of "
            + target.name()
            + " only.");
  }

  private @Nullable Object local(SimCall call, @Nullable Object[] arguments) {
    Object message = fenced(new LocalRpcInvocation(call.method(), arguments));
    long id = caller.network().passed(caller.node(), call.what(), payload(call, message));
    if (call.tell()) {
      target.post(message, call.what(), NoResponder.INSTANCE);
      return null;
    }
    SimAsks.Ask ask = open(call, arguments);
    target.post(message, call.what(), new SimMailbox.LocalResponder(caller, call.what(), ask, id));
    return ask.future();
  }

  private @Nullable Object remote(SimCall call, @Nullable Object[] arguments) {
    SimAsks.Ask ask = call.tell() ? null : open(call, arguments);
    SimWire wire = caller.wire();
    Class<?> type = gateway == null ? call.method().getDeclaringClass() : gateway;
    try {
      if (caller.isClosed()) {
        throw new RecipientUnreachableException("this process has closed its RPC service.");
      }
      if (caller.peers().isGone(target.node())) {
        if (ask == null) {
          return null;
        }
        throw new RecipientUnreachableException(
            call.what() + " cannot reach " + target.getAddress() + ": its process is gone.");
      }
      String problem = wire.whyNotRemote(type, call.method());
      if (problem != null) {
        throw new RpcException(call.what() + " cannot be called between processes: " + problem);
      }
      Object message = fenced(new RemoteRpcInvocation(call.method(), arguments));
      byte[] sent = wire.writeCall(type, message, call.what());
      new SimExchange(caller, target, call, type, ask).send(sent, payload(call, message));
    } catch (RpcException e) {
      if (ask == null) {
        throw new RpcRuntimeException("Could not send " + call.what() + ": " + e.getMessage(), e);
      }
      ask.fail(e);
    }
    return ask == null ? null : ask.future();
  }

  private SimAsks.Ask open(SimCall call, @Nullable Object[] arguments) {
    return caller
        .asks()
        .open(call.what(), target, call.timeout(arguments, caller.config().askTimeout()));
  }

  private Payload payload(SimCall call, Object message) {
    return Payload.call(call.tell(), target.name(), message);
  }

  private Object fenced(RpcInvocation invocation) {
    return fence == null ? invocation : new FencedMessage<>(fence.get(), invocation);
  }

  private static @Nullable Object unwrapped(
      Object object, Method method, @Nullable Object[] arguments) throws Throwable {
    try {
      return method.invoke(object, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private Object ofObject(Object proxy, Method method, @Nullable Object[] arguments) {
    return switch (method.getName()) {
      case "equals" -> proxy == arguments[0];
      case "hashCode" -> target.getAddress().hashCode();
      default -> "gateway of " + caller.node() + " to " + target.getAddress();
    };
  }

  /** One call between nodes: there, and back. */
  private static final class SimExchange {

    private final SimRpcService caller;
    private final SimMailbox target;
    private final SimCall call;
    private final Class<?> gateway;
    private final SimAsks.@Nullable Ask ask;
    private long messageId;

    SimExchange(
        SimRpcService caller,
        SimMailbox target,
        SimCall call,
        Class<?> gateway,
        SimAsks.@Nullable Ask ask) {
      this.caller = caller;
      this.target = target;
      this.call = call;
      this.gateway = gateway;
      this.ask = ask;
    }

    void send(byte[] sent, Payload payload) {
      Runnable lost =
          () -> {
            if (ask != null) {
              ask.fail(ask.unreachable("its process or the way to it is gone"));
            }
          };
      SimNetwork.Delivery delivery = SimNetwork.Delivery.of(payload, () -> arrived(sent), lost);
      messageId =
          caller
              .network()
              .transmit(caller.node(), target.node(), target.arrivals(), call.what(), delivery);
    }

    private void arrived(byte[] sent) {
      RpcResponder responder = ask == null ? NoResponder.INSTANCE : new Answer(this, ask);
      try {
        target.post(caller.wire().readCall(gateway, sent), call.what(), responder);
      } catch (RpcException e) {
        responder.fail(e);
      }
    }
  }

  /** The way back of a call; the first answer counts. */
  private static final class Answer implements RpcResponder {

    private final SimExchange exchange;
    private final SimAsks.Ask ask;
    private boolean given;

    Answer(SimExchange exchange, SimAsks.Ask ask) {
      this.exchange = exchange;
      this.ask = ask;
    }

    @Override
    public void succeed(@Nullable Object value) {
      Method method = exchange.call.method();
      SimWire wire = exchange.caller.wire();
      try {
        byte[] sent = wire.writeResult(exchange.gateway, method, value, exchange.call.what());
        give(
            value,
            () -> {
              try {
                ask.succeed(wire.readResult(exchange.gateway, method, sent));
              } catch (RpcException e) {
                ask.fail(e);
              }
            });
      } catch (RpcException e) {
        fail(e);
      }
    }

    @Override
    public void fail(Throwable failure) {
      Throwable copy = exchange.caller.wire().copyFailure(failure);
      give(copy, () -> ask.fail(copy));
    }

    private void give(@Nullable Object content, Runnable receive) {
      if (given) {
        return;
      }
      given = true;
      exchange
          .caller
          .network()
          .transmit(
              exchange.target.node(),
              exchange.caller.node(),
              null,
              exchange.call.what(),
              SimNetwork.Delivery.of(
                  Payload.answer(content, exchange.messageId), receive, () -> {}));
    }
  }
}
