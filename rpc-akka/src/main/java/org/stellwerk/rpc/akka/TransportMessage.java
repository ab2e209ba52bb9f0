package org.stellwerk.rpc.akka;

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

  /** A call that is answered by {@link Answer} or {@link Failure}. */
  record Ask(long callId, int gatewayIndex, byte[] payload) implements Numbered {}

  /** A call without answer. */
  record Tell(int gatewayIndex, byte[] payload) implements TransportMessage {}

  /** The value of a call. */
  record Answer(long callId, byte[] payload) implements Numbered {}

  /** The failure of a call or of a handshake. */
  record Failure(long callId, byte[] payload) implements Numbered {}

  /**
   * Asks a service for a gateway of one of its endpoints; the endpoint's actor answers. Calls then
   * go to that actor and no other: an endpoint that later takes the same name is another one.
   */
  record Connect(long callId, String endpointName, RemoteHandshake handshake) implements Numbered {}

  /**
   * The endpoint serves the gateway.
   *
   * @param gatewayIndex names the gateway in later calls
   * @param incarnation a random number of the endpoint's service
   */
  record Connected(long callId, int gatewayIndex, long incarnation) implements Numbered {}

  /** The sender's service ends; nothing more will come from it. */
  record Goodbye(long incarnation) implements TransportMessage {}
}
