package org.stellwerk.rpc.simulation;

import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;
import org.stellwerk.rpc.simulation.SimEvent.Kind;
import org.stellwerk.rpc.simulation.SimMessage.Payload;
import org.stellwerk.rpc.simulation.SimNetwork.Delivery;
import org.stellwerk.rpc.simulation.SimObserver.MessageKind;

/**
 * One attempt to connect: a hop there, where the endpoint is looked up, and a hop back. None for a
 * direct address in a process that is connected: that the endpoint has ended fails the first call.
 */
final class SimConnector<C> {

  private static final Payload ANSWER = new Payload(MessageKind.REPLY, null, null, -1);

  private final SimRpcService caller;
  private final String address;
  private final Class<C> type;
  private final @Nullable Supplier<? extends Serializable> fence;
  private final CompletableFuture<C> result;

  SimConnector(
      SimRpcService caller,
      String address,
      Class<C> type,
      @Nullable Supplier<? extends Serializable> fence) {
    this.caller = caller;
    this.address = address;
    this.type = type;
    this.fence = fence;
    this.result = new SimFuture<>(caller.scheduler());
    if (!type.isInterface()) {
      throw new RpcRuntimeException(type.getName() + " is not a gateway: it is not an interface.");
    }
  }

  CompletableFuture<C> connect() {
    int slash = address.indexOf('/', SimRpcService.SCHEME.length());
    if (!address.startsWith(SimRpcService.SCHEME) || slash < 0) {
      caller.later(
          Kind.REPLY, "bad address", () -> refuse("it is not of the form sim://node/endpoint"));
      return result;
    }
    String peerName = address.substring(SimRpcService.SCHEME.length(), slash);
    String name = address.substring(slash + 1);
    SimMailbox known = directlyKnown(peerName, name);
    SimNode peer = caller.network().node(peerName);
    if (known != null) {
      connected(known);
    } else if (peer == null) {
      caller.later(Kind.REPLY, "unknown node", () -> refuse("there is no node " + peerName));
    } else if (peer == caller.node()) {
      caller.later(
          Kind.MESSAGE,
          "connect " + name,
          () -> caller.later(Kind.REPLY, "connected " + name, lookUp(caller, name)));
    } else {
      armTimeout();
      Delivery request =
          Delivery.of(
              () -> answer(peer, name), () -> refuse("its process or the way to it is gone"));
      caller.network().transmit(caller.node(), peer, null, "connect " + name, request);
    }
    return result;
  }

  /** The endpoint of a direct address in a process that is connected, as far as is known. */
  private @Nullable SimMailbox directlyKnown(String peerName, String name) {
    SimPeer peer = caller.peers().known(peerName);
    SimMailbox mailbox = peer == null ? null : peer.node().rpc().byKey(name);
    return mailbox != null && type.isInstance(mailbox.endpoint()) ? mailbox : null;
  }

  private void answer(SimNode peer, String name) {
    Delivery answer = Delivery.of(ANSWER, lookUp(peer.rpc(), name), () -> {});
    caller.network().transmit(peer, caller.node(), null, "connected " + name, answer);
  }

  /** Looks the endpoint up now, and tells later. */
  private Runnable lookUp(SimRpcService peer, String name) {
    try {
      SimMailbox target = peer.accept(name, type);
      if (peer != caller) {
        peer.peers().connected(caller.node());
      }
      return () -> connected(target);
    } catch (RpcConnectionException e) {
      return () -> result.completeExceptionally(e);
    }
  }

  private void connected(SimMailbox target) {
    SimNode process = target.node();
    SimPeer peer = process == caller.node() ? null : caller.peers().connected(process);
    result.complete(proxy(target, peer));
  }

  private C proxy(SimMailbox target, @Nullable SimPeer peer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            new SimGatewayHandler(caller, target, peer, type, fence)));
  }

  private void armTimeout() {
    Duration timeout = caller.config().lookupTimeout();
    var timer =
        caller
            .node()
            .drivers()
            .schedule(
                () -> onTimeout("nobody answered within " + timeout.toMillis() + " ms"),
                timeout.toNanos(),
                TimeUnit.NANOSECONDS);
    result.whenComplete((gateway, failure) -> timer.cancel(false));
  }

  private void onTimeout(String why) {
    result.completeExceptionally(
        new RpcConnectionException(
            "Could not connect to " + address + ": " + why + ".", new TimeoutException(why)));
  }

  private void refuse(String why) {
    result.completeExceptionally(
        new RpcConnectionException("Could not connect to " + address + ": " + why + "."));
  }
}
