package org.stellwerk.rpc.akka;

import akka.actor.ActorRef;
import akka.actor.UntypedAbstractActor;
import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.stellwerk.rpc.codec.RemoteInterface;
import org.stellwerk.rpc.codec.RpcCodec;
import org.stellwerk.rpc.exceptions.RpcException;

/** Where the answers of other processes arrive: one actor for all calls of a service. */
final class ReplyActor extends UntypedAbstractActor {

  /** An endpoint's actor has accepted a connection. */
  record Accepted(TransportMessage.Connected terms, ActorRef endpoint) {}

  /** Completes the future when everything that came before has been read. */
  record Echo(CompletableFuture<Void> heard) {}

  private final PendingCalls calls;
  private final Peers peers;
  private final RpcCodec codec;
  private final LargeMessages.Inbox inbox;
  private final LongConsumer acknowledged;

  ReplyActor(
      PendingCalls calls,
      Peers peers,
      RpcCodec codec,
      long maximumBytes,
      LongConsumer acknowledged) {
    this.acknowledged = acknowledged;
    this.inbox = new LargeMessages.Inbox(maximumBytes);
    this.calls = calls;
    this.peers = peers;
    this.codec = codec;
  }

  @Override
  public void onReceive(Object message) {
    if (message instanceof TransportMessage.Answer answer) {
      PendingCall call = calls.remove(answer.callId());
      if (call != null) {
        complete(call, answer.payload());
      }
    } else if (message instanceof TransportMessage.Part part) {
      inbox.add(part, getSender(), getSelf());
    } else if (message instanceof LargeMessages.PeerGone gone) {
      inbox.drop(gone.peer());
    } else if (message instanceof TransportMessage.PartReceived received) {
      acknowledged.accept(received.transfer());
    } else if (message instanceof TransportMessage.LastPart last) {
      inbox.finish(last, getSender(), this::onReceive, this::failTorso);
    } else if (message instanceof TransportMessage.Failure failure) {
      PendingCall call = calls.remove(failure.callId());
      if (call != null) {
        call.fail(codec.decodeFailure(failure.payload()));
      }
    } else if (message instanceof TransportMessage.Connected connected) {
      PendingCall call = calls.remove(connected.callId());
      if (call != null && call.target().what().equals(CallSite.CONNECT)) {
        call.succeed(new Accepted(connected, getSender()));
      } else if (call != null) {
        call.fail(new RpcException("The answer to a connect came for a call"));
      }
    } else if (message instanceof TransportMessage.Goodbye goodbye) {
      peers.goodbye(getSender().path().address().toString(), goodbye.incarnation());
    } else if (message instanceof Echo echo) {
      echo.heard().complete(null);
    }
  }

  private void failTorso(TransportMessage.Payload message) {
    if (message instanceof TransportMessage.Answer answer) {
      PendingCall call = calls.remove(answer.callId());
      if (call != null) {
        call.fail(
            new RpcException(
                "The answer of "
                    + call.target().what().describe()
                    + " arrived without some of its parts, or is above this process's"
                    + " akka.framesize."));
      }
    }
  }

  private void complete(PendingCall call, byte[] payload) {
    RemoteInterface gateway = call.target().gateway();
    Method method = call.target().what().method();
    if (gateway == null || method == null) {
      call.fail(new RpcException("An answer to what was no call"));
      return;
    }
    try {
      call.succeed(codec.decodeResult(gateway, method, payload));
    } catch (RpcException e) {
      call.fail(e);
    }
  }
}
