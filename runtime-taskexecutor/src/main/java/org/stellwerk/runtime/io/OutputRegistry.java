package org.stellwerk.runtime.io;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;

/**
 * Brings consumers' requests and the outputs of this TaskExecutor's tasks together, whichever comes
 * first. A request waits for its producer for a bounded time; that of a consumer which has finished
 * meanwhile is kept, so that its producer does not wait for it. Requests name attempts, so that an
 * attempt that was replaced is never read. Thread-safe; consumers are answered outside of the lock.
 */
final class OutputRegistry {

  private static final int REMEMBERED_ENDS = 1000;

  private final Duration requestTimeout;
  private final Map<ExecutionAttemptID, TaskOutputs> outputs = new LinkedHashMap<>();

  /** The attempt of each subtask whose outputs are there; the newest, should there be two. */
  private final Map<Subtask, ExecutionAttemptID> newest = new HashMap<>();

  private final Map<ExecutionAttemptID, Map<Share, Waiter>> waiting = new LinkedHashMap<>();
  private final Map<ExecutionAttemptID, List<Waiter>> finished = new LinkedHashMap<>();
  private final Map<ExecutionAttemptID, ChannelError> ended = new LinkedHashMap<>();

  private record Subtask(ExecutionGraphId graph, ExecutionVertexID vertex) {
    static Subtask of(ExecutionAttemptID attempt) {
      return new Subtask(attempt.executionGraphId(), attempt.executionVertexId());
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Subtask that
          && vertex.equals(that.vertex)
          && graph.equals(that.graph);
    }

    @Override
    public int hashCode() {
      return 31 * graph.hashCode() + vertex.hashCode();
    }
  }

  private record Share(int outputIndex, int consumerSubtask) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Share that
          && consumerSubtask == that.consumerSubtask
          && outputIndex == that.outputIndex;
    }

    @Override
    public int hashCode() {
      return 31 * outputIndex + consumerSubtask;
    }
  }

  private record Waiter(ChannelRequest request, ChannelSink sink, long deadlineNanos) {}

  OutputRegistry(Duration requestTimeout) {
    this.requestTimeout = requestTimeout;
  }

  /** A task is there; consumers that waited for it are served. */
  void register(TaskOutputs task) {
    List<Runnable> answers = new ArrayList<>();
    synchronized (this) {
      outputs.put(task.attempt(), task);
      newest.merge(
          Subtask.of(task.attempt()),
          task.attempt(),
          (known, added) -> known.attemptNumber() > added.attemptNumber() ? known : added);
      Map<Share, Waiter> waiters = waiting.remove(task.attempt());
      if (waiters != null) {
        waiters.values().forEach(waiter -> serve(task, waiter, answers));
      }
      List<Waiter> gone = finished.remove(task.attempt());
      if (gone != null) {
        gone.forEach(waiter -> serve(task, waiter, answers));
      }
      if (task.attempt().attemptNumber() > 0) {
        refuseOlderAttempts(task.attempt(), answers);
      }
    }
    answers.forEach(Runnable::run);
  }

  /**
   * A task has ended.
   *
   * @param error what consumers that ask later are told; null if all have read to the end
   */
  synchronized void unregister(ExecutionAttemptID attempt, @Nullable ChannelError error) {
    if (outputs.remove(attempt) == null) {
      return;
    }
    newest.remove(Subtask.of(attempt), attempt);
    if (error != null) {
      ended.put(attempt, error);
      forgetOldest(ended);
    }
  }

  private static void forgetOldest(Map<ExecutionAttemptID, ?> remembered) {
    Iterator<ExecutionAttemptID> oldest = remembered.keySet().iterator();
    while (remembered.size() > REMEMBERED_ENDS) {
      oldest.next();
      oldest.remove();
    }
  }

  /**
   * A consumer asks for its channel.
   *
   * @return whether the request waits, so that {@link #expire} must be called some time
   */
  boolean request(ChannelRequest request, ChannelSink sink, long nowNanos) {
    Runnable answer;
    boolean waits = false;
    synchronized (this) {
      TaskOutputs task = outputs.get(request.producer());
      ChannelError end = task == null ? ended.get(request.producer()) : null;
      ExecutionAttemptID newer = task == null ? newerAttempt(request.producer()) : null;
      if (task != null) {
        answer = attach(task, request, sink);
      } else if (end != null) {
        answer = () -> sink.refused(end);
      } else if (newer != null) {
        answer = () -> sink.refused(replaced(request, newer));
      } else {
        waits = true;
        answer = await(request, sink, nowNanos + requestTimeout.toNanos());
      }
    }
    if (answer != null) {
      answer.run();
    }
    return waits;
  }

  /**
   * The consumer no longer waits. A producer that comes after one that finished is given its
   * channel, which drops what is put in; one that failed leaves its share to its next attempt.
   */
  synchronized void withdraw(ChannelRequest request, ChannelSink sink, ConsumerEnd end) {
    Map<Share, Waiter> waiters = waiting.get(request.producer());
    if (waiters == null) {
      return;
    }
    Share share = new Share(request.outputIndex(), request.consumerSubtask());
    Waiter waiter = waiters.get(share);
    if (waiter == null || waiter.sink != sink) {
      return;
    }
    waiters.remove(share);
    if (waiters.isEmpty()) {
      waiting.remove(request.producer());
    }
    if (end == ConsumerEnd.FINISHED) {
      finished.computeIfAbsent(request.producer(), unused -> new ArrayList<>()).add(waiter);
      forgetOldest(finished);
    }
  }

  /**
   * Refuses the requests that have waited too long.
   *
   * @return whether others still wait
   */
  boolean expire(long nowNanos) {
    List<Waiter> expired = new ArrayList<>();
    boolean waits;
    synchronized (this) {
      for (Map<Share, Waiter> waiters : waiting.values()) {
        waiters
            .values()
            .removeIf(waiter -> waiter.deadlineNanos - nowNanos <= 0 && expired.add(waiter));
      }
      waiting.values().removeIf(Map::isEmpty);
      waits = !waiting.isEmpty();
    }
    for (Waiter waiter : expired) {
      waiter.sink.refused(
          new ChannelError(
              ChannelError.Kind.NOT_FOUND,
              "nobody offered "
                  + waiter.request.describe()
                  + " within "
                  + requestTimeout.toMillis()
                  + " ms (taskmanager.network.partition-request-timeout)"));
    }
    return waits;
  }

  synchronized int waitingRequests() {
    return waiting.values().stream().mapToInt(Map::size).sum();
  }

  /** Returns what is to be said outside of the lock, if there is something. */
  private @Nullable Runnable await(ChannelRequest request, ChannelSink sink, long deadlineNanos) {
    Map<Share, Waiter> waiters =
        waiting.computeIfAbsent(request.producer(), unused -> new LinkedHashMap<>());
    Share share = new Share(request.outputIndex(), request.consumerSubtask());
    Waiter other = waiters.get(share);
    if (other != null
        && other.request.consumer().attemptNumber() > request.consumer().attemptNumber()) {
      return () -> sink.refused(replaced(request, other.request.consumer()));
    }
    waiters.put(share, new Waiter(request, sink, deadlineNanos));
    return other == null
        ? null
        : () -> other.sink.refused(replaced(other.request, request.consumer()));
  }

  private void refuseOlderAttempts(ExecutionAttemptID attempt, List<Runnable> answers) {
    finished.keySet().removeIf(producer -> isOlder(producer, attempt));
    waiting
        .entrySet()
        .removeIf(
            entry -> {
              if (!isOlder(entry.getKey(), attempt)) {
                return false;
              }
              for (Waiter waiter : entry.getValue().values()) {
                answers.add(() -> waiter.sink.refused(replaced(waiter.request, attempt)));
              }
              return true;
            });
  }

  private @Nullable ExecutionAttemptID newerAttempt(ExecutionAttemptID asked) {
    ExecutionAttemptID there = newest.get(Subtask.of(asked));
    return there != null && isOlder(asked, there) ? there : null;
  }

  private static boolean isOlder(ExecutionAttemptID attempt, ExecutionAttemptID than) {
    ExecutionVertexID vertex = attempt.executionVertexId();
    return attempt.attemptNumber() < than.attemptNumber()
        && vertex.equals(than.executionVertexId())
        && attempt.executionGraphId().equals(than.executionGraphId());
  }

  private static void serve(TaskOutputs task, Waiter waiter, List<Runnable> answers) {
    Runnable answer = attach(task, waiter.request, waiter.sink);
    if (answer != null) {
      answers.add(answer);
    }
  }

  /** Returns what is to be said outside of the lock, if there is something. */
  private static @Nullable Runnable attach(
      TaskOutputs task, ChannelRequest request, ChannelSink sink) {
    Subpartition share = task.find(request.outputIndex(), request.consumerSubtask());
    if (share == null) {
      return () ->
          sink.refused(
              new ChannelError(
                  ChannelError.Kind.REFUSED,
                  request.describe()
                      + " has no share for consumer subtask "
                      + request.consumerSubtask()));
    }
    ExecutionAttemptID other = share.attach(request.consumer(), sink);
    return other == null ? null : () -> sink.refused(replaced(request, other));
  }

  private static ChannelError replaced(ChannelRequest request, ExecutionAttemptID by) {
    return new ChannelError(
        ChannelError.Kind.REFUSED,
        "the request of "
            + request.consumer()
            + " for "
            + request.describe()
            + " is out of date: attempt "
            + by
            + " is there");
  }
}
