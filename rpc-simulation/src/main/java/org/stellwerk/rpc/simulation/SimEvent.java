package org.stellwerk.rpc.simulation;

import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcEndpoint;

/**
 * Something that will happen at an instant of virtual time, as a whole. Belongs to one incarnation
 * of a node, and vanishes with it; null stands for the world.
 */
public abstract class SimEvent {

  /** What an event stands for. */
  public enum Kind {
    /** An endpoint processes a message of its mailbox. */
    MESSAGE,
    /** Something arrives from the network. */
    NETWORK,
    /** The answer of a call reaches its caller. */
    REPLY,
    /** A task of an executor runs. */
    TASK,
    /** A timer fires, a timeout included. */
    TIMER,
    /** A timer that arms itself again for ever. */
    RECURRING,
    /** The test, or a fault schedule, acts. */
    CONTROL;

    /** The same in every JVM, unlike an enum's own. */
    private final int hash = name().hashCode();

    /** Whether the world counts as idle while such events are pending. */
    boolean mayWait() {
      return this == TIMER || this == RECURRING;
    }

    /** Whether it is due by the clock of its node, not the world's. */
    boolean inNodeTime() {
      return mayWait();
    }
  }

  final Kind kind;
  final @Nullable SimNode node;
  long timeNanos;
  long tieBreak;
  long sequence;
  int heapIndex = -1;

  /** Where it keeps its place when it is held up; null if it has none. */
  @Nullable SimLane lane;

  private @Nullable SimEventQueue queue;
  private boolean cancelled;

  SimEvent(Kind kind, @Nullable SimNode node) {
    this.kind = kind;
    this.node = node;
  }

  /** Lets it happen. */
  abstract void happen();

  /** What happens, for people. */
  public abstract String label();

  /** A hash of the label that does not need the label. */
  int labelHash() {
    return label().hashCode();
  }

  /** Whose event it is: an executor, a mailbox, a network; see {@link SimScheduler}. */
  @Nullable Object context() {
    return null;
  }

  /** Whether it has to wait on its way, as in a clog; it then comes back by itself. */
  boolean isHeldUp() {
    return false;
  }

  /** It will not happen because its node is dead. */
  void vanish() {
    // for most nothing follows
  }

  /** Keeps its place behind the earlier ones of the lane when it is held up. */
  SimEvent after(SimLane ordered) {
    lane = ordered;
    return this;
  }

  void queuedIn(@Nullable SimEventQueue newQueue) {
    queue = newQueue;
  }

  /** Takes the event back; nothing happens if it is over. */
  public void cancel() {
    cancelled = true;
    if (queue != null) {
      queue.remove(this);
    }
  }

  /** Whether it was taken back while it was held up. */
  boolean isCancelled() {
    return cancelled;
  }

  /** What the event stands for. */
  public Kind kind() {
    return kind;
  }

  /** The node where it happens; null for the world. */
  public @Nullable SimNode node() {
    return node;
  }

  /** The endpoint that processes a message of its mailbox; null if the event is another one. */
  public @Nullable RpcEndpoint endpoint() {
    return null;
  }

  /** When the event happens, or happened. */
  public long timeNanos() {
    return timeNanos;
  }

  /** Equal for equal events in every JVM. */
  long hash() {
    long hash = timeNanos;
    hash = hash * 31 + (node == null ? 0 : node.hash());
    hash = hash * 31 + kind.hash;
    return hash * 31 + labelHash();
  }

  boolean before(SimEvent other) {
    if (timeNanos != other.timeNanos) {
      return timeNanos < other.timeNanos;
    }
    if (tieBreak != other.tieBreak) {
      return tieBreak < other.tieBreak;
    }
    return sequence < other.sequence;
  }

  @Override
  public String toString() {
    return "%.6f s %s %s %s"
        .formatted(timeNanos / 1e9, node == null ? "world" : node, kind, label());
  }
}
