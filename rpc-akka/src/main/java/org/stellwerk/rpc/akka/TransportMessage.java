package org.stellwerk.rpc.akka;

import java.util.Arrays;
import org.stellwerk.rpc.codec.RemoteInterface;
import org.stellwerk.rpc.messages.RemoteHandshake;

/**
 * The few messages that cross between processes. Calls and answers are bytes of the codec; what is
 * here only says where they belong.
 */
sealed interface TransportMessage {

  /** A message that is answered with the caller's number. */
  sealed interface Numbered extends TransportMessage {
    long callId();
  }

  /** A message of any size. */
  sealed interface Payload extends TransportMessage {
    byte[] payload();

    Payload withPayload(byte[] other);
  }

  /**
   * A call that is answered by {@link Answer} or {@link Failure}.
   *
   * @param gatewayKey of the interface that the method belongs to, see {@link #keyOf}
   */
  record Ask(long callId, int gatewayKey, byte[] payload) implements Numbered, Payload {
    @Override
    public Ask withPayload(byte[] other) {
      return new Ask(callId, gatewayKey, other);
    }
  }

  /** A call without answer. */
  record Tell(int gatewayKey, byte[] payload) implements Payload {
    @Override
    public Tell withPayload(byte[] other) {
      return new Tell(gatewayKey, other);
    }
  }

  /** What stands for a gateway in calls: a part of the hash of all that both sides must share. */
  static int keyOf(RemoteInterface gateway) {
    return Long.hashCode(gateway.hash());
  }

  /** The value of a call. */
  record Answer(long callId, byte[] payload) implements Numbered, Payload {
    @Override
    public Answer withPayload(byte[] other) {
      return new Answer(callId, other);
    }
  }

  /**
   * A part of a message that is larger than a frame.
   *
   * @param transfer tells the parts of one message from those of others
   * @param total the size of the whole payload
   */
  record Part(long transfer, int total, byte[] bytes, int offset, int length)
      implements TransportMessage {

    /** The part's bytes. */
    byte[] slice() {
      return offset == 0 && length == bytes.length
          ? bytes
          : Arrays.copyOfRange(bytes, offset, offset + length);
    }
  }

  /** The message itself, with the last part of its payload. */
  record LastPart(long transfer, int total, Payload message) implements TransportMessage {}

  /** One part has arrived; the next may come. */
  record PartReceived(long transfer) implements TransportMessage {}

  /** The failure of a call or of a handshake. */
  record Failure(long callId, byte[] payload) implements Numbered {}

  /**
   * Asks a service for a gateway of one of its endpoints; the endpoint's actor answers. Calls then
   * go to that actor and no other: an endpoint that later takes the same name is another one.
   *
   * @param endpointName with its number if no other of the name is meant; empty to ask for the
   *     service's incarnation only
   * @param incarnation a random number of the caller's service
   */
  record Connect(long callId, String endpointName, RemoteHandshake handshake, long incarnation)
      implements Numbered {}

  /**
   * The endpoint serves the gateway.
   *
   * @param incarnation a random number of the endpoint's service
   */
  record Connected(long callId, long incarnation) implements Numbered {}

  /**
   * Nothing of the receiver's arrives at the sender, though there is a way: its service is to make
   * its connections to the sender's anew. Answered with {@link Connected}, over a new one.
   */
  record Renew(long callId) implements Numbered {}

  /** The sender's service ends; nothing more will come from it. */
  record Goodbye(long incarnation) implements TransportMessage {}
}
