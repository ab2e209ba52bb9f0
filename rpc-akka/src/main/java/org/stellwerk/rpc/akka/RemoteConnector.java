package org.stellwerk.rpc.akka;

import akka.actor.ActorRef;
import akka.actor.ActorSelection;
import akka.actor.Address;
import akka.actor.AddressFromURIString;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.akka.AkkaInvocationHandler.Connection;
import org.stellwerk.rpc.akka.AkkaInvocationHandler.Recipient;
import org.stellwerk.rpc.codec.RemoteInterface;
import org.stellwerk.rpc.exceptions.EndpointNotFoundException;
import org.stellwerk.rpc.exceptions.HandshakeException;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.messages.RemoteHandshake;
import org.stellwerk.util.ExceptionUtils;

/**
 * Connects to endpoints of other processes: asks TCP whether somebody listens, then sends the
 * handshake until it is answered. It is sent more than once because Artery loses what it sends to
 * an address before it knows that another process lives there now; and to an actor selection, for
 * that is all that Artery lets through to an address whose last process has ended gracefully. Where
 * a process has answered before and lives, TCP is not asked: its end would be noticed anyway, and
 * each question costs it a whole inbound stream. A direct address in such a process is not even
 * sent a handshake: the processes agree on the version, and each call names its gateway by its
 * hash. Thread-safe.
 */
final class RemoteConnector {

  private static final long FIRST_RESEND_MS = 150;
  private static final long LAST_RESEND_MS = 1000;

  private final AkkaRpcService service;
  private final Peers peers;
  private final ScheduledExecutor timers;
  private final ConnectionProbe probe;

  RemoteConnector(AkkaRpcService service, Peers peers, ScheduledExecutor timers) {
    this.service = service;
    this.peers = peers;
    this.timers = timers;
    this.probe = new ConnectionProbe(Tls.of(service.getActorSystem()).orElse(null));
  }

  void close() {
    probe.close();
  }

  /**
   * The endpoint behind an address.
   *
   * @param what what is connected to, for messages to people
   * @return fails with RpcConnectionException
   */
  CompletableFuture<Recipient> connect(
      EndpointUrl target, Class<? extends RpcGateway> gatewayType, String what) {
    if (service.getPort() < 0) {
      return CompletableFuture.failedFuture(
          new RpcConnectionException(
              "Cannot connect to " + what + ": this RPC service has no network."));
    }
    RemoteInterface gateway = service.codec().describe(gatewayType);
    Optional<Peer> known = peers.reachedAt(target.process());
    if (target.isDirect() && known.isPresent()) {
      return CompletableFuture.completedFuture(
          recipient(target, gateway, known.get(), service.actorAt(target)));
    }
    RemoteHandshake handshake =
        new RemoteHandshake(service.getVersion(), gatewayType.getName(), gateway.hash());
    CompletableFuture<@Nullable Object> answered =
        known
            .map(
                peer ->
                    askPeer(peer, target, handshake)
                        .exceptionallyCompose(
                            failure ->
                                peer.whyGone() == null
                                    ? CompletableFuture.failedFuture(failure)
                                    : askAnybody(target, handshake)))
            .orElseGet(() -> askAnybody(target, handshake));
    CompletableFuture<Recipient> result = new CompletableFuture<>();
    answered.whenComplete(
        (answer, failure) -> {
          if (failure != null) {
            result.completeExceptionally(connectionFailure(what, failure));
          } else {
            result.complete(
                connected(target, gateway, (ReplyActor.Accepted) Objects.requireNonNull(answer)));
          }
        });
    return result;
  }

  /** Fails at once when the peer is gone. */
  private CompletableFuture<@Nullable Object> askPeer(
      Peer peer, EndpointUrl target, RemoteHandshake handshake) {
    PendingCall call = open(target.url(), peer);
    String whyGone = peer.whyGone();
    if (whyGone != null) {
      call.fail(Peers.unreachable(peer.address(), whyGone));
    }
    send(call, target, handshake);
    return call;
  }

  /** Whoever lives at the address. */
  private CompletableFuture<@Nullable Object> askAnybody(
      EndpointUrl target, RemoteHandshake handshake) {
    // Open from the beginning: the timeout is for everything, the wait for a probe included.
    PendingCall call = open(target.url(), null);
    probe
        .probe(target.host(), target.port(), service.getConfiguration().lookupTimeout())
        .whenComplete(
            (reachable, failure) -> {
              if (failure != null) {
                call.fail(ExceptionUtils.stripCompletionException(failure));
                return;
              }
              send(call, target, handshake);
              probe.failIfRefused(call, reachable);
            });
    return call;
  }

  private void send(PendingCall call, EndpointUrl target, RemoteHandshake handshake) {
    send(
        call,
        service.acceptorAt(target.process()),
        new TransportMessage.Connect(call.id(), target.key(), handshake, service.incarnation()),
        FIRST_RESEND_MS);
  }

  private PendingCall open(String address, @Nullable Peer peer) {
    return open(address, peer, service.getConfiguration().lookupTimeout());
  }

  private PendingCall open(String address, @Nullable Peer peer, Duration timeout) {
    return service
        .pendingCalls()
        .open(new PendingCall.Target(CallSite.CONNECT, address, null, peer), timeout);
  }

  /** As below, for as long as connecting may take. */
  CompletableFuture<Long> incarnationAt(String process) {
    return incarnationAt(process, service.getConfiguration().lookupTimeout());
  }

  /** Which service lives at the address of a process; asks until it is answered or times out. */
  CompletableFuture<Long> incarnationAt(String process, Duration timeout) {
    RemoteHandshake question = new RemoteHandshake(service.getVersion(), "", 0);
    return askProcess(
        process,
        timeout,
        id -> new TransportMessage.Connect(id, "", question, service.incarnation()));
  }

  /**
   * Has the service at the address of a process make its connections to this one anew; asks until
   * it is answered or times out.
   *
   * @return which service that is
   */
  CompletableFuture<Long> renewalBy(String process, Duration timeout) {
    return askProcess(process, timeout, TransportMessage.Renew::new);
  }

  /** Whether whoever lives at the address of a process answers on a fresh connection. */
  CompletableFuture<Boolean> knockAt(String process, Duration timeout) {
    Address address = AddressFromURIString.parse(process);
    return address.host().isEmpty() || address.port().isEmpty()
        ? CompletableFuture.completedFuture(false)
        : probe.knock(address.host().get(), (Integer) address.port().get(), timeout);
  }

  /** Completes when this service has read the answers that came before. */
  CompletableFuture<Void> echo() {
    CompletableFuture<Void> heard = new CompletableFuture<>();
    service.replyActor().tell(new ReplyActor.Echo(heard), ActorRef.noSender());
    return heard;
  }

  private CompletableFuture<Long> askProcess(
      String process, Duration timeout, LongFunction<TransportMessage.Numbered> question) {
    PendingCall call = open(process, null, timeout);
    send(call, service.acceptorAt(process), question.apply(call.id()), FIRST_RESEND_MS);
    return call.thenApply(answer -> ((ReplyActor.Accepted) answer).terms().incarnation());
  }

  /** The socket address of a process. */
  CompletableFuture<InetSocketAddress> resolve(String process) {
    Address address = AddressFromURIString.parse(process);
    if (address.host().isEmpty() || address.port().isEmpty()) {
      return CompletableFuture.failedFuture(
          new RpcConnectionException(process + " is not in another process."));
    }
    return probe.resolve(address.host().get(), (Integer) address.port().get());
  }

  private void send(
      PendingCall call, ActorSelection acceptor, TransportMessage.Numbered message, long resendMs) {
    if (call.isDone()) {
      return;
    }
    acceptor.tell(message, service.replyActor());
    timers.schedule(
        () -> send(call, acceptor, message, Math.min(LAST_RESEND_MS, 2 * resendMs)),
        resendMs,
        TimeUnit.MILLISECONDS);
  }

  private Recipient connected(
      EndpointUrl target, RemoteInterface gateway, ReplyActor.Accepted accepted) {
    Peer peer = peers.connected(target.process(), accepted.terms().incarnation());
    peer.reached();
    return recipient(target, gateway, peer, accepted.endpoint());
  }

  private static Recipient recipient(
      EndpointUrl target, RemoteInterface gateway, Peer peer, ActorRef endpoint) {
    return new Recipient(
        endpoint, target.url(), target.host(), new Connection(gateway, peer), null);
  }

  private RpcConnectionException connectionFailure(String what, Throwable thrown) {
    Throwable failure = ExceptionUtils.stripCompletionException(thrown);
    if (failure instanceof HandshakeException) {
      return new HandshakeException(
          "Cannot connect to " + what + ": " + failure.getMessage(), failure);
    } else if (failure instanceof EndpointNotFoundException) {
      return new EndpointNotFoundException(
          "Cannot connect to " + what + ": " + failure.getMessage(), failure);
    } else if (failure instanceof TimeoutException) {
      return new RpcConnectionException(
          "Cannot connect to "
              + what
              + ": no answer within "
              + service.getConfiguration().lookupTimeout().toMillis()
              + " ms (akka.lookup.timeout). The host must be written as its service publishes it.",
          failure);
    }
    return new RpcConnectionException(
        "Cannot connect to " + what + ": " + failure.getMessage(), failure);
  }
}
