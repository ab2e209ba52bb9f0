package org.stellwerk.rpc.simulation;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.MainThreadExecutable;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.codec.RemoteInterface;
import org.stellwerk.rpc.dispatch.RpcInvocationDispatcher.NoResponder;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;
import org.stellwerk.rpc.messages.FencedMessage;
import org.stellwerk.rpc.messages.LocalRpcInvocation;
import org.stellwerk.rpc.messages.RemoteRpcInvocation;
import org.stellwerk.rpc.messages.RpcInvocation;

/**
 * The caller's side of one gateway: turns its methods into messages. A void method is told, one
 * that returns a future is asked; any other runs at once, in the endpoint's own main thread only.
 */
final class SimGatewayHandler implements InvocationHandler {

  private static final @Nullable Object[] NOTHING = {};

  private final SimRpcService caller;
  private final SimMailbox target;
  private final @Nullable SimPeer peer;
  private final @Nullable RemoteInterface gateway;
  private final @Nullable Supplier<? extends Serializable> fence;

  /** For the endpoint's own node: all its gateways. */
  SimGatewayHandler(
      SimRpcService caller, SimMailbox target, @Nullable Supplier<? extends Serializable> fence) {
    this(caller, target, null, null, fence);
  }

  /** For one gateway; the peer is null on the endpoint's own node. */
  SimGatewayHandler(
      SimRpcService caller,
      SimMailbox target,
      @Nullable SimPeer peer,
      @Nullable Class<?> gateway,
      @Nullable Supplier<? extends Serializable> fence) {
    this.caller = caller;
    this.target = target;
    this.peer = peer;
    this.gateway = gateway == null ? null : caller.wire().describe(gateway);
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
    if (declaring == MainThreadExecutable.class && method.getName().equals("runAsync")) {
      target.runAsync((Runnable) Objects.requireNonNull(arguments[0]));
      return null;
    }
    if (declaring.isInstance(target)) {
      return unwrapped(target, method, arguments);
    }
    SimCall call = SimCall.of(method);
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
    long id = caller.passed(call.what(), call.tell(), target.name(), message);
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
    try {
      if (isReachable(call, ask != null)) {
        RemoteInterface remote = gateway == null ? describe(call) : gateway;
        String problem = remote.whyNotRemote(call.method());
        if (problem != null) {
          throw new RpcException(call.what() + " cannot be called between processes: " + problem);
        }
        Object message = fenced(new RemoteRpcInvocation(call.method(), arguments));
        new SimExchange(caller, target, remote, call, ask).send(message);
      }
    } catch (RpcException e) {
      if (ask == null) {
        throw new RpcRuntimeException("Could not send " + call.what() + ": " + e.getMessage(), e);
      }
      ask.fail(e);
    }
    return ask == null ? null : ask.future();
  }

  private RemoteInterface describe(SimCall call) {
    return caller.wire().describe(call.method().getDeclaringClass());
  }

  /** Whether it can be tried; throws if not and somebody waits. */
  private boolean isReachable(SimCall call, boolean asked) throws RecipientUnreachableException {
    if (caller.isClosed()) {
      throw new RecipientUnreachableException("this process has closed its RPC service.");
    }
    String gone = peer == null ? null : peer.whyGone();
    if (gone == null) {
      return true;
    }
    if (asked) {
      throw new RecipientUnreachableException(
          call.what() + " cannot reach " + target.getAddress() + ": " + gone + ".");
    }
    return false;
  }

  private SimAsks.Ask open(SimCall call, @Nullable Object[] arguments) {
    Duration timeout = call.timeout(arguments, caller.config().askTimeout());
    return caller.asks().open(call.what(), target, peer, timeout);
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
}
