package org.stellwerk.runtime.io;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.messages.TaskInformation;

/**
 * All pipelined outputs of one task, each with a share for every consumer; a blocking one has none.
 * A share is no more than the group in which its consumer has asked for it; a producer that comes
 * to it earlier waits. Thread-safe.
 */
final class TaskOutputs {

  private final ExecutionAttemptID attempt;
  private final List<TaskInformation.Output> edges;
  private final CancelScope scope;

  /**
   * By output and share; null where no consumer has asked. Of a pointwise edge there is only the
   * one share that goes to the consumer of own index.
   */
  private final @Nullable ChannelGroup[][] consumers;

  /** Whom the task's thread waits for; more than one only if user code writes in several. */
  private final List<Awaited> awaited = new ArrayList<>(1);

  /** A consumer that has not asked yet; the monitor that its producer waits on, one at a time. */
  private static final class Awaited {
    final int output;
    final int share;
    boolean there;

    Awaited(int output, int share) {
      this.output = output;
      this.share = share;
    }

    synchronized void isThere() {
      there = true;
      notifyAll();
    }

    synchronized void await(CancelScope scope) throws InterruptedException {
      while (!there) {
        scope.await(this, 0);
      }
    }
  }

  TaskOutputs(ExecutionAttemptID attempt, List<TaskInformation.Output> edges, CancelScope scope) {
    this.attempt = attempt;
    this.edges = edges;
    this.scope = scope;
    this.consumers = new ChannelGroup[edges.size()][];
    for (int output = 0; output < consumers.length; output++) {
      TaskInformation.Output edge = edges.get(output);
      consumers[output] = new ChannelGroup[edge.resultType().isBlocking() ? 0 : consumersOf(edge)];
    }
  }

  /** How many of the edge's consumers read from one producer. */
  static int consumersOf(TaskInformation.Output edge) {
    return edge.shipStrategy().isPointwise() ? 1 : edge.consumerParallelism();
  }

  ExecutionAttemptID attempt() {
    return attempt;
  }

  /** How many shares a pipelined output has. */
  int shares(int output) {
    return consumers[output].length;
  }

  /**
   * Gives a consumer its share.
   *
   * @param index this task's in the group
   * @return null if it was given, else why not; records cannot be read twice
   */
  synchronized @Nullable ChannelError attach(ChannelGroup group, int index) {
    int output = group.requests().outputIndex();
    int share = shareOf(output, group.requests().consumerSubtask());
    if (share < 0) {
      return group.requests().get(index).withoutShare();
    }
    ChannelGroup other = consumers[output][share];
    if (other != null) {
      return group.requests().get(index).outOfDate(other.requests().consumer());
    }
    group.attached(index);
    consumers[output][share] = group;
    for (Awaited each : awaited) {
      if (each.output == output && each.share == share) {
        each.isThere();
      }
    }
    return null;
  }

  /** The share that a consumer's subtask reads; negative if there is no such output or subtask. */
  private int shareOf(int output, int consumerSubtask) {
    if (output < 0 || output >= consumers.length || consumers[output].length == 0) {
      return -1;
    }
    if (edges.get(output).shipStrategy().isPointwise()) {
      return consumerSubtask == attempt.subtaskIndex() ? 0 : -1;
    }
    return consumerSubtask < shares(output) ? Math.max(-1, consumerSubtask) : -1;
  }

  /** Who has asked for a share; null if nobody has yet. */
  synchronized @Nullable ChannelGroup consumer(int output, int share) {
    return consumers[output][share];
  }

  /** The channel of a share; waits until its consumer has asked. The task's thread only. */
  ChannelSink awaitSink(int output, int share) throws InterruptedException {
    ChannelGroup group = consumer(output, share);
    if (group == null) {
      group = awaitConsumer(output, share);
    }
    return group.sink(indexIn(group), scope);
  }

  private ChannelGroup awaitConsumer(int output, int share) throws InterruptedException {
    Awaited missing = new Awaited(output, share);
    synchronized (this) {
      ChannelGroup group = consumers[output][share];
      if (group != null) {
        return group;
      }
      awaited.add(missing);
    }
    try {
      missing.await(scope);
    } finally {
      synchronized (this) {
        awaited.remove(missing);
      }
    }
    return Objects.requireNonNull(consumer(output, share));
  }

  private int indexIn(ChannelGroup group) {
    return group.requests().producers().indexOf(attempt.subtaskIndex());
  }

  /** The task has failed or was cancelled, and is found by nobody any more. */
  void abort(ChannelError error) {
    for (ChannelGroup group : attached()) {
      group.abort(indexIn(group), error);
    }
  }

  /** The consumers that have not left; of a wide job's that ends, few. */
  private synchronized List<ChannelGroup> attached() {
    List<ChannelGroup> all = new ArrayList<>();
    for (ChannelGroup[] shares : consumers) {
      for (ChannelGroup group : shares) {
        if (group != null && !group.isLeft()) {
          all.add(group);
        }
      }
    }
    return all;
  }
}
