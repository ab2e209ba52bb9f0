package org.stellwerk.rpc.akka;

import akka.actor.ActorRef;
import akka.actor.UntypedAbstractActor;
import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.codec.RemoteInterface;
import org.stellwerk.rpc.dispatch.RpcInvocationDispatcher;
import org.stellwerk.rpc.dispatch.RpcInvocationDispatcher.NoResponder;
import org.stellwerk.rpc.dispatch.RpcResponder;
import org.stellwerk.rpc.exceptions.HandshakeException;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.rpc.exceptions.RpcPayloadTooLargeException;
import org.stellwerk.rpc.messages.FencedMessage;
import org.stellwerk.rpc.messages.RemoteHandshake;
import org.stellwerk.rpc.messages.RpcInvocation;
import org.stellwerk.rpc.messages.RunAsync;

/**
 * The actor of one endpoint: its mailbox is the endpoint's main thread. Decodes what comes from
 * other processes, answers handshakes, and leaves the rest to the dispatcher. Stops itself when the
 * endpoint has terminated.
 */
class AkkaRpcActor extends UntypedAbstractActor {

  private static final Logger LOG = LoggerFactory.getLogger(AkkaRpcActor.class);

  private final AkkaRpcService service;
  private final LocalServer server;
  private final RpcInvocationDispatcher dispatcher;
  private final LargeMessages.Inbox inbox;

  AkkaRpcActor(AkkaRpcService service, LocalServer server, CompletableFuture<Void> outcome) {
    this.service = service;
    this.server = server;
    this.inbox = new LargeMessages.Inbox(service.getConfiguration().maximumFramesize());
    ActorRef self = getSelf();
    this.dispatcher =
        new RpcInvocationDispatcher(
            server.endpoint(),
            runnable -> self.tell(new RunAsync(runnable), ActorRef.noSender()),
            service.getConfiguration().fatalErrorHandler(),
            server.loggingContext());
    dispatcher
        .getTerminationFuture()
        .whenComplete(
            (ignored, failure) -> {
              FutureUtils.forward(dispatcher.getTerminationFuture(), outcome);
              getContext().stop(self);
            });
  }

  @Override
  public void onReceive(Object message) {
    if (message instanceof LocalAsk ask) {
      dispatcher.handle(ask.message(), ask.call());
    } else if (message instanceof TransportMessage.Ask ask) {
      handleRemote(ask);
    } else if (message instanceof TransportMessage.Tell tell) {
      handleRemote(tell);
    } else if (message instanceof TransportMessage.Part part) {
      inbox.add(part, getSender(), getSelf());
    } else if (message instanceof TransportMessage.LastPart last) {
      inbox.finish(last, getSender(), this::onReceive, this::refuseTorso);
    } else if (message instanceof LargeMessages.PeerGone gone) {
      inbox.drop(gone.peer());
    } else if (message instanceof TransportMessage.Connect connect) {
      handshake(connect);
    } else {
      dispatcher.handle(message, NoResponder.INSTANCE);
    }
  }

  private void handleRemote(TransportMessage.Ask ask) {
    RemoteResponder responder = new RemoteResponder(ask.callId(), getSender());
    try {
      RemoteInterface gateway = gateway(ask.gatewayKey());
      Object call = service.codec().decodeInvocation(gateway, ask.payload());
      responder.gateway = gateway;
      responder.method = methodOf(call);
      dispatcher.handle(call, responder);
    } catch (RpcException e) {
      LOG.warn("A call to {} is refused: {}", name(), e.getMessage());
      responder.fail(e);
    }
  }

  private void handleRemote(TransportMessage.Tell tell) {
    try {
      Object call = service.codec().decodeInvocation(gateway(tell.gatewayKey()), tell.payload());
      dispatcher.handle(call, NoResponder.INSTANCE);
    } catch (RpcException e) {
      LOG.warn("A call to {} is dropped: {}", name(), e.getMessage());
    }
  }

  private String name() {
    return server.endpoint().getEndpointId();
  }

  private void refuseTorso(TransportMessage.Payload message) {
    String problem =
        "A call to "
            + name()
            + " arrived without some of its parts, or is above this process's akka.framesize.";
    LOG.warn(problem);
    if (message instanceof TransportMessage.Ask ask) {
      new RemoteResponder(ask.callId(), getSender()).fail(new RpcException(problem));
    }
  }

  private RemoteInterface gateway(int key) throws RpcException {
    for (Class<? extends RpcGateway> served : server.gateways()) {
      RemoteInterface gateway = service.codec().describe(served);
      if (TransportMessage.keyOf(gateway) == key) {
        return gateway;
      }
    }
    throw new RpcException(
        "Endpoint "
            + name()
            + " serves "
            + server.gateways()
            + ", not the gateway of the call, or not in the caller's version.");
  }

  private static Method methodOf(Object call) {
    return call instanceof FencedMessage<?> fenced
        ? fenced.payload().method()
        : ((RpcInvocation) call).method();
  }

  private void handshake(TransportMessage.Connect connect) {
    ActorRef caller = getSender();
    RemoteHandshake handshake = connect.handshake();
    String refusal = refusal(handshake);
    if (refusal != null) {
      byte[] failure =
          service
              .codec()
              .encodeFailure(
                  new HandshakeException(
                      "Endpoint " + name() + " refuses the connection: " + refusal));
      caller.tell(new TransportMessage.Failure(connect.callId(), failure), getSelf());
      return;
    }
    service.connectedFrom(caller, connect.incarnation());
    caller.tell(new TransportMessage.Connected(connect.callId(), service.incarnation()), getSelf());
  }

  private @Nullable String refusal(RemoteHandshake asked) {
    if (asked.protocolVersion() != service.getVersion()) {
      return "it speaks protocol version "
          + service.getVersion()
          + ", the caller version "
          + asked.protocolVersion()
          + ".";
    }
    Class<? extends RpcGateway> served = served(asked.gatewayName());
    if (served == null) {
      return "it serves " + server.gateways() + ", not " + asked.gatewayName() + ".";
    }
    RemoteInterface mine = service.codec().describe(served);
    if (mine.hash() != asked.interfaceHash()) {
      return "its "
          + asked.gatewayName()
          + " has the hash "
          + Long.toHexString(mine.hash())
          + ", the caller's "
          + Long.toHexString(asked.interfaceHash())
          + "; both must run the same version with the same jars.";
    }
    return null;
  }

  private @Nullable Class<? extends RpcGateway> served(String gatewayName) {
    for (Class<? extends RpcGateway> gateway : server.gateways()) {
      if (gateway.getName().equals(gatewayName)) {
        return gateway;
      }
    }
    return null;
  }

  /** Sends the answer of one call to its caller's process; used by whichever thread completes. */
  private final class RemoteResponder implements RpcResponder {

    private final long callId;
    private final ActorRef caller;
    private final ActorRef self = getSelf();
    private @Nullable RemoteInterface gateway;
    private @Nullable Method method;

    RemoteResponder(long callId, ActorRef caller) {
      this.callId = callId;
      this.caller = caller;
    }

    @Override
    public void succeed(@Nullable Object value) {
      RemoteInterface table = gateway;
      Method called = method;
      if (table == null || called == null) {
        throw new IllegalStateException("A call was answered before it was read");
      }
      byte[] payload;
      try {
        payload = service.codec().encodeResult(table, called, value);
      } catch (RpcException e) {
        LOG.warn("The answer of {} cannot be sent: {}", name(), e.getMessage());
        fail(e);
        return;
      }
      long limit = service.getConfiguration().maximumFramesize();
      if (payload.length > limit) {
        fail(
            new RpcPayloadTooLargeException(
                "The result of "
                    + service.callSite(called).describe()
                    + " takes "
                    + payload.length
                    + " bytes; the maximum is "
                    + limit
                    + " (akka.framesize)."));
        return;
      }
      if (!service.largeMessages().send(caller, new TransportMessage.Answer(callId, payload))) {
        fail(
            new RecipientUnreachableException(
                "The result of "
                    + service.callSite(called).describe()
                    + " is not sent: the caller's process is gone, as far as is known. If it is"
                    + " not, connect again."));
      }
    }

    @Override
    public void fail(Throwable failure) {
      caller.tell(
          new TransportMessage.Failure(callId, service.codec().encodeFailure(failure)), self);
    }
  }
}
