package org.stellwerk.rpc.simulation;

import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcEndpoint;

/**
 * Sees a run from outside: for coverage counters, checkers and pictures. Called in the simulation's
 * thread, at the moment at which things happen; must not change the world, else the run is another
 * one with it than without it. What it throws is a violation of the event that runs.
 *
 * <p>Registered with {@link SimScheduler#addObserver}. Times are the world's, in nanoseconds.
 */
public interface SimObserver {

  /** What a message is for. */
  enum MessageKind {
    /** A call whose caller waits for the answer. */
    CALL,
    /** A call of a void method: nobody waits. */
    TELL,
    /** The answer of a call. */
    REPLY,
    /** Connecting, and whatever other protocols use {@link SimNetwork#transmit}. */
    OTHER
  }

  /** What befalls a process. */
  enum NodeEvent {
    /** It begins. */
    STARTED,
    /** It was killed. */
    CRASHED,
    /** It stands still for a while. */
    FROZEN,
    /** It goes on. */
    THAWED,
    /** It has closed its RPC service, which is the last thing that a process does. */
    STOPPED
  }

  /** What becomes of an endpoint. */
  enum EndpointEvent {
    /** It exists: its server is registered. */
    STARTED,
    /** It has ended by itself; that of a killed process vanishes without this. */
    TERMINATED
  }

  /**
   * A message sets out. Follows, unless the run ends first: {@link #onArrived}, or {@link #onLost}.
   */
  default void onMessage(SimMessage message) {}

  /** The message is there: for a call in the mailbox, within a process at once. */
  default void onArrived(long id, long nanos) {}

  /** The message will never arrive. */
  default void onLost(long id, long nanos, String why) {}

  /**
   * An endpoint has processed one invocation, as far as it went at once.
   *
   * @param message an RpcInvocation, or a FencedMessage with one
   * @param failure what it was refused or failed with at once; null if it was not
   */
  default void onInvoked(
      SimNode at, RpcEndpoint endpoint, Object message, @Nullable Throwable failure) {}

  /** An endpoint has refused a message because of its fencing token. */
  default void onFenced(SimNode at, String endpoint, String what) {}

  /** Something befalls a process; the detail is for people and may be empty. */
  default void onNode(SimNode node, NodeEvent event, String detail) {}

  /** Something befalls the links of the network. */
  default void onLink(SimLinkChange change) {}

  /** An endpoint begins or ends. */
  default void onEndpoint(SimNode node, String name, EndpointEvent event) {}

  /** The event is about to happen. */
  default void onEvent(SimEvent event) {}
}
