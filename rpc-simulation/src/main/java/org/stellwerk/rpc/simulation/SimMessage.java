package org.stellwerk.rpc.simulation;

import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimObserver.MessageKind;

/**
 * A message as observers see it when it sets out.
 *
 * @param id counts the messages of the run
 * @param to the same node as {@code from} for a call within a process
 * @param label for calls "Gateway.method(Type, Type)", the same in their answers
 * @param sentNanos the world's time
 */
public record SimMessage(
    long id, SimNode from, SimNode to, String label, Payload payload, long sentNanos) {

  /** What the message is for. */
  public MessageKind kind() {
    return payload.kind();
  }

  /**
   * What a message carries.
   *
   * @param endpoint the name of the endpoint that is called; null for other messages than calls
   * @param content of a call the RpcInvocation, or a FencedMessage with one; of an answer the value
   *     or the Throwable; null if the protocol tells nothing of it. To be looked at only.
   * @param answers the id of the call that this is the answer of; -1 for other messages
   */
  public record Payload(
      MessageKind kind, @Nullable String endpoint, @Nullable Object content, long answers) {

    /** Nothing is known of it. */
    public static final Payload OTHER = new Payload(MessageKind.OTHER, null, null, -1);

    static Payload call(boolean tell, String endpoint, @Nullable Object invocation) {
      return new Payload(tell ? MessageKind.TELL : MessageKind.CALL, endpoint, invocation, -1);
    }

    static Payload answer(@Nullable Object valueOrFailure, long call) {
      return new Payload(MessageKind.REPLY, null, valueOrFailure, call);
    }
  }
}
