package org.stellwerk.runtime.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * What is known here of one vertex of one execution graph: its tasks by subtask, how others have
 * ended, and which consumers wait for more of them. Belongs to the registry, under whose lock
 * everything is called.
 */
final class VertexOutputs {

  /** By subtask the task that is there, the newest if there are two attempts. */
  private @Nullable TaskOutputs[] tasks = new TaskOutputs[0];

  private final List<TaskOutputs> older = new ArrayList<>(0);

  /** How many tasks there are. */
  private int count;

  private final Map<ExecutionAttemptID, ChannelError> ended = new HashMap<>();

  /** By share; more than one only of several attempts, or of a consumer with very many inputs. */
  private final Map<Share, List<Waiter>> waiting = new LinkedHashMap<>();

  /** Names the vertex. */
  record Id(ExecutionGraphId graph, JobVertexID vertex) {
    static Id of(ExecutionAttemptID attempt) {
      return new Id(attempt.executionGraphId(), attempt.jobVertexId());
    }

    static Id of(ChannelGroup group) {
      ProducerAttempts producers = group.requests().producers();
      return new Id(producers.executionGraphId(), producers.vertex());
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Id that && vertex.equals(that.vertex) && graph.equals(that.graph);
    }

    @Override
    public int hashCode() {
      return 31 * graph.hashCode() + vertex.hashCode();
    }
  }

  private record Share(int output, int consumerSubtask) {
    static Share of(ChannelGroup group) {
      return new Share(group.requests().outputIndex(), group.requests().consumerSubtask());
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Share that
          && consumerSubtask == that.consumerSubtask
          && output == that.output;
    }

    @Override
    public int hashCode() {
      return 31 * output + consumerSubtask;
    }
  }

  /** Whether nothing is known any more. */
  boolean isEmpty() {
    return count == 0 && waiting.isEmpty() && ended.isEmpty();
  }

  /** A task is there; consumers that waited for it are served. */
  void add(TaskOutputs task, List<Waiter.Refusal> refusals) {
    int subtask = task.attempt().subtaskIndex();
    if (subtask >= tasks.length) {
      tasks = Arrays.copyOf(tasks, Math.max(subtask + 1, 2 * tasks.length));
    }
    count++;
    TaskOutputs other = tasks[subtask];
    if (other != null && other.attempt().attemptNumber() > task.attempt().attemptNumber()) {
      older.add(task);
    } else {
      tasks[subtask] = task;
      if (other != null) {
        older.add(other);
      }
    }
    waiting.values().forEach(waiters -> waiters.forEach(waiter -> waiter.serve(task, refusals)));
    forgetServed();
  }

  private void forgetServed() {
    waiting.values().removeIf(waiters -> waiters.removeIf(Waiter::isEmpty) && waiters.isEmpty());
  }

  /**
   * A task has ended.
   *
   * @param error what consumers that ask later are told; null if all have read to the end
   * @return false if it is not known
   */
  boolean remove(ExecutionAttemptID attempt, @Nullable ChannelError error) {
    TaskOutputs task = find(attempt.subtaskIndex(), attempt.attemptNumber());
    if (task == null) {
      return false;
    }
    count--;
    if (newest(attempt.subtaskIndex()) == task) {
      tasks[attempt.subtaskIndex()] = null;
    } else {
      older.remove(task);
    }
    if (error != null) {
      ended.put(attempt, error);
    }
    return true;
  }

  /** Nobody is told of an ended attempt any more. */
  void forget(ExecutionAttemptID attempt) {
    ended.remove(attempt);
  }

  /**
   * A consumer asks for its channels.
   *
   * @return whether it waits for some of the producers
   */
  boolean request(ChannelGroup group, long deadlineNanos, List<Waiter.Refusal> refusals) {
    BitSet missing = new BitSet();
    ProducerAttempts producers = group.requests().producers();
    for (int i = 0; i < producers.size(); i++) {
      TaskOutputs task = find(producers.subtask(i), producers.attemptNumber(i));
      ChannelError error = task == null ? whyNever(group, i) : task.attach(group, i);
      if (error != null) {
        refusals.add(new Waiter.Refusal(group, i, error));
      } else if (task == null) {
        missing.set(i);
      }
    }
    return !missing.isEmpty() && await(new Waiter(group, missing, deadlineNanos), refusals);
  }

  private boolean await(Waiter waiter, List<Waiter.Refusal> refusals) {
    Share share = Share.of(waiter.group());
    List<Waiter> waiters = waiting.computeIfAbsent(share, unused -> new ArrayList<>(1));
    waiters.forEach(other -> waiter.settle(other, refusals));
    waiters.removeIf(Waiter::isEmpty);
    if (!waiter.isEmpty()) {
      waiters.add(waiter);
    }
    if (waiters.isEmpty()) {
      waiting.remove(share);
    }
    return !waiter.isEmpty();
  }

  private @Nullable TaskOutputs newest(int subtask) {
    return subtask < tasks.length ? tasks[subtask] : null;
  }

  private @Nullable TaskOutputs find(int subtask, int attemptNumber) {
    TaskOutputs task = newest(subtask);
    if (task != null && task.attempt().attemptNumber() == attemptNumber) {
      return task;
    }
    for (TaskOutputs each : older) {
      if (each.attempt().subtaskIndex() == subtask
          && each.attempt().attemptNumber() == attemptNumber) {
        return each;
      }
    }
    return null;
  }

  /** Why a producer that is not there will not come; null if it may. */
  private @Nullable ChannelError whyNever(ChannelGroup group, int index) {
    ProducerAttempts producers = group.requests().producers();
    if (!ended.isEmpty()) {
      ChannelError end = ended.get(producers.get(index));
      if (end != null) {
        return end;
      }
    }
    TaskOutputs there = newest(producers.subtask(index));
    return there != null && there.attempt().attemptNumber() > producers.attemptNumber(index)
        ? group.requests().get(index).outOfDate(there.attempt())
        : null;
  }

  /** The consumer no longer waits; returns what it waited for, if it did. */
  @Nullable Waiter withdraw(ChannelGroup group) {
    List<Waiter> waiters = waiting.get(Share.of(group));
    if (waiters == null) {
      return null;
    }
    for (Waiter waiter : waiters) {
      if (waiter.group() == group) {
        waiters.remove(waiter);
        if (waiters.isEmpty()) {
          waiting.remove(Share.of(group));
        }
        return waiter;
      }
    }
    return null;
  }

  /**
   * Refuses the requests that have waited too long.
   *
   * @return whether others still wait
   */
  boolean expire(long nowNanos, long waitedMs, List<Waiter.Refusal> refusals) {
    for (List<Waiter> waiters : waiting.values()) {
      for (Waiter waiter : waiters) {
        if (waiter.isExpired(nowNanos)) {
          waiter.giveUp(waitedMs, refusals);
        }
      }
    }
    forgetServed();
    return !waiting.isEmpty();
  }

  int waitingRequests() {
    return waiting.values().stream().flatMap(List::stream).mapToInt(Waiter::size).sum();
  }
}
