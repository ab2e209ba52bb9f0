package org.stellwerk.rpc.simulation;

import org.jspecify.annotations.Nullable;

/**
 * Something that will happen at an instant of virtual time, as a whole. Belongs to one incarnation
 * of a node, and vanishes with it; null stands for the world.
 */
public final class SimEvent {

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

    /** Whether the world counts as idle while such events are pending. */
    boolean mayWait() {
      return this == TIMER || this == RECURRING;
    }
  }

  final Kind kind;
  final @Nullable SimNode node;
  final String label;
  final Runnable action;
  @Nullable Object context;
  long timeNanos;
  long tieBreak;
  long sequence;
  int heapIndex = -1;
  long messageId = -1;
  private @Nullable SimEventQueue queue;

  SimEvent(Kind kind, @Nullable SimNode node, String label, Runnable action) {
    this.kind = kind;
    this.node = node;
    this.label = label;
    this.action = action;
  }

  /** Marks whose event it is, see {@link SimScheduler#currentContext()}. */
  SimEvent in(Object owner) {
    context = owner;
    return this;
  }

  /** Marks the arrival of the message, see {@link SimObserver#onMessage}. */
  SimEvent carrying(long id) {
    messageId = id;
    return this;
  }

  void queuedIn(@Nullable SimEventQueue newQueue) {
    queue = newQueue;
  }

  /** Takes the event back; nothing happens if it is over. */
  public void cancel() {
    if (queue != null) {
      queue.remove(this);
    }
  }

  /** What the event stands for. */
  public Kind kind() {
    return kind;
  }

  /** The node where it happens; null for the world. */
  public @Nullable SimNode node() {
    return node;
  }

  /** What happens, for people. */
  public String label() {
    return label;
  }

  /** When the event happens, or happened. */
  public long timeNanos() {
    return timeNanos;
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
    return "%.6f s %s %s %s".formatted(timeNanos / 1e9, node == null ? "world" : node, kind, label);
  }
}
