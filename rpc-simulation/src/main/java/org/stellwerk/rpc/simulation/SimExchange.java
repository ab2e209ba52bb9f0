package org.stellwerk.rpc.simulation;

import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.codec.RemoteInterface;
import org.stellwerk.rpc.dispatch.RpcInvocationDispatcher.NoResponder;
import org.stellwerk.rpc.dispatch.RpcResponder;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.rpc.simulation.SimMessage.Payload;
import org.stellwerk.rpc.simulation.SimNetwork.Delivery;
import org.stellwerk.rpc.simulation.SimObserver.MessageKind;

/** One call between nodes, as bytes: there, and back. The first answer counts. */
final class SimExchange implements Delivery, RpcResponder {

  private final SimRpcService caller;
  private final SimMailbox target;
  private final RemoteInterface gateway;
  private final SimCall call;
  private final SimAsks.@Nullable Ask ask;
  private byte[] sent = {};
  private @Nullable Object message;
  private long messageId;
  private boolean answered;

  /**
   * An exchange that is not under way yet.
   *
   * @param ask null if nobody waits for the answer
   */
  SimExchange(
      SimRpcService caller,
      SimMailbox target,
      RemoteInterface gateway,
      SimCall call,
      SimAsks.@Nullable Ask ask) {
    this.caller = caller;
    this.target = target;
    this.gateway = gateway;
    this.call = call;
    this.ask = ask;
  }

  void send(Object invocation) throws RpcException {
    sent = caller.wire().writeCall(gateway, invocation, call.what());
    message = invocation;
    messageId =
        caller
            .network()
            .transmit(caller.node(), target.node(), target.arrivals(), call.what(), this);
    message = null;
  }

  @Override
  public Payload payload() {
    return Payload.call(call.tell(), target.name(), message);
  }

  @Override
  public MessageKind kind() {
    return call.tell() ? MessageKind.TELL : MessageKind.CALL;
  }

  @Override
  public int contentHash() {
    return SimWire.hash(sent);
  }

  @Override
  public boolean noticesLoss() {
    return false;
  }

  @Override
  public void arrive() {
    RpcResponder responder = ask == null ? NoResponder.INSTANCE : this;
    try {
      target.post(caller.wire().readCall(gateway, sent), call.what(), responder);
    } catch (RpcException e) {
      responder.fail(e);
    }
  }

  @Override
  public void lost() {
    if (ask != null) {
      ask.fail(ask.unreachable("its process or the way to it is gone"));
    }
  }

  @Override
  public void succeed(@Nullable Object value) {
    try {
      byte[] bytes = caller.wire().writeResult(gateway, call, value);
      answer(new Value(value, bytes));
    } catch (RpcException e) {
      fail(e);
    }
  }

  @Override
  public void fail(Throwable failure) {
    answer(new Failure(caller.wire().copyFailure(failure)));
  }

  private void answer(Answer answer) {
    if (answered) {
      caller
          .scheduler()
          .reportViolation(
              new InvariantViolation(
                  "I10", target.name() + " has answered twice to " + call.what()));
      return;
    }
    answered = true;
    caller.network().transmit(target.node(), caller.node(), null, call.what(), answer);
  }

  private SimAsks.Ask ask() {
    if (ask == null) {
      throw new IllegalStateException("Nobody waits for the answer of " + call.what());
    }
    return ask;
  }

  /** The way back. */
  private abstract static class Answer implements Delivery {

    @Override
    public final MessageKind kind() {
      return MessageKind.REPLY;
    }

    @Override
    public final void lost() {
      // whoever answers does not learn whether the answer arrived
    }
  }

  private final class Value extends Answer {

    private final byte[] bytes;
    private final @Nullable Object value;

    Value(@Nullable Object value, byte[] bytes) {
      this.value = value;
      this.bytes = bytes;
    }

    @Override
    public Payload payload() {
      return Payload.answer(value, messageId);
    }

    @Override
    public int contentHash() {
      return SimWire.hash(bytes);
    }

    @Override
    public void arrive() {
      try {
        ask().succeed(caller.wire().readResult(gateway, call, bytes));
      } catch (RpcException e) {
        ask().fail(e);
      }
    }
  }

  private final class Failure extends Answer {

    private final Throwable failure;

    Failure(Throwable failure) {
      this.failure = failure;
    }

    @Override
    public Payload payload() {
      return Payload.answer(failure, messageId);
    }

    /** Of what is said only: stacks have names in them that each JVM gives anew. */
    @Override
    public int contentHash() {
      return failure.toString().hashCode();
    }

    @Override
    public void arrive() {
      ask().fail(failure);
    }
  }
}
