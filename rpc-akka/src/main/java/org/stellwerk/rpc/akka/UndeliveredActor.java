package org.stellwerk.rpc.akka;

import akka.actor.ActorRef;
import akka.actor.AllDeadLetters;
import akka.actor.UntypedAbstractActor;
import org.stellwerk.rpc.codec.RpcCodec;
import org.stellwerk.rpc.exceptions.EndpointGoneException;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;

/**
 * Hears of every message that reached nobody: the endpoint has stopped or never was, or the
 * transport has dropped the message. Whoever waits for an answer learns it at once.
 */
final class UndeliveredActor extends UntypedAbstractActor {

  private final PendingCalls calls;
  private final RpcCodec codec;
  private final ActorRef replyActor;

  UndeliveredActor(PendingCalls calls, RpcCodec codec, ActorRef replyActor) {
    this.calls = calls;
    this.codec = codec;
    this.replyActor = replyActor;
  }

  @Override
  public void preStart() {
    getContext().getSystem().getEventStream().subscribe(getSelf(), AllDeadLetters.class);
  }

  @Override
  public void onReceive(Object received) {
    if (!(received instanceof AllDeadLetters letter)) {
      return;
    }
    String address =
        letter.recipient() == null ? "" : LocalServers.withoutNumber(letter.recipient().path());
    Object message =
        letter.message() instanceof TransportMessage.LastPart last
            ? last.message()
            : letter.message();
    if (message instanceof TransportMessage.Part part && letter.sender() != null) {
      letter.sender().tell(new TransportMessage.PartReceived(part.transfer()), getSelf());
    } else if (message instanceof LocalAsk ask) {
      ask.call().fail(nobody(ask.call().target().address()));
    } else if (message instanceof TransportMessage.Ask ask) {
      undelivered(letter.sender(), ask.callId(), address);
    } else if (message instanceof TransportMessage.Connect connect) {
      undelivered(letter.sender(), connect.callId(), address);
    }
  }

  private void undelivered(ActorRef sender, long callId, String address) {
    if (replyActor.equals(sender)) {
      PendingCall call = calls.remove(callId);
      if (call != null) {
        call.fail(
            new RecipientUnreachableException(
                "The message to " + call.target().address() + " could not be sent."));
      }
    } else if (sender != null) {
      sender.tell(
          new TransportMessage.Failure(callId, codec.encodeFailure(nobody(address))), getSelf());
    }
  }

  private static EndpointGoneException nobody(String address) {
    return new EndpointGoneException(
        "There is no endpoint at " + address + "; it has stopped, or never was.");
  }
}
