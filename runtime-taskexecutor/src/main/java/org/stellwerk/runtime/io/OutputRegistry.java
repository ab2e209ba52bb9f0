package org.stellwerk.runtime.io;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;

/**
 * Brings consumers' requests and the outputs of this TaskExecutor's tasks together, whichever comes
 * first. A request waits for its producers for a bounded time; that of a consumer which has
 * finished meanwhile is kept, so that its producers do not wait for it. Requests name attempts, so
 * that an attempt that was replaced is never read. Thread-safe; consumers are refused outside of
 * the lock.
 */
final class OutputRegistry {

  private static final int REMEMBERED_ENDS = 1000;

  private final Duration requestTimeout;
  private final Map<VertexOutputs.Id, VertexOutputs> vertices = new LinkedHashMap<>();

  /** The attempts of whose end consumers are told, oldest first. */
  private final Queue<ExecutionAttemptID> ended = new ArrayDeque<>();

  /** Consumers that have finished before their producers were there, oldest first. */
  private final Set<Waiter> finished = new LinkedHashSet<>();

  OutputRegistry(Duration requestTimeout) {
    this.requestTimeout = requestTimeout;
  }

  /** A task is there; consumers that waited for it are served. */
  void register(TaskOutputs task) {
    List<Waiter.Refusal> refusals = new ArrayList<>(0);
    synchronized (this) {
      VertexOutputs.Id id = VertexOutputs.Id.of(task.attempt());
      vertex(id).add(task, refusals);
      for (Waiter waiter : finished) {
        if (VertexOutputs.Id.of(waiter.group()).equals(id)) {
          waiter.serve(task, refusals);
        }
      }
      finished.removeIf(Waiter::isEmpty);
    }
    refusals.forEach(Waiter.Refusal::tell);
  }

  private VertexOutputs vertex(VertexOutputs.Id id) {
    return vertices.computeIfAbsent(id, unused -> new VertexOutputs());
  }

  private void forgetIfEmpty(VertexOutputs.Id id, VertexOutputs vertex) {
    if (vertex.isEmpty()) {
      vertices.remove(id);
    }
  }

  /**
   * A task has ended.
   *
   * @param error what consumers that ask later are told; null if all have read to the end
   */
  synchronized void unregister(ExecutionAttemptID attempt, @Nullable ChannelError error) {
    VertexOutputs.Id id = VertexOutputs.Id.of(attempt);
    VertexOutputs vertex = vertices.get(id);
    if (vertex == null || !vertex.remove(attempt, error)) {
      return;
    }
    forgetIfEmpty(id, vertex);
    if (error != null) {
      ended.add(attempt);
      if (ended.size() > REMEMBERED_ENDS) {
        forgetEnd(ended.remove());
      }
    }
  }

  private void forgetEnd(ExecutionAttemptID attempt) {
    VertexOutputs.Id id = VertexOutputs.Id.of(attempt);
    VertexOutputs vertex = vertices.get(id);
    if (vertex != null) {
      vertex.forget(attempt);
      forgetIfEmpty(id, vertex);
    }
  }

  /**
   * A consumer asks for its channels.
   *
   * @return whether requests wait, so that {@link #expire} must be called some time
   */
  boolean request(ChannelGroup group, long nowNanos) {
    List<Waiter.Refusal> refusals = new ArrayList<>(0);
    boolean waits;
    synchronized (this) {
      VertexOutputs.Id id = VertexOutputs.Id.of(group);
      VertexOutputs vertex = vertex(id);
      waits = vertex.request(group, nowNanos + requestTimeout.toNanos(), refusals);
      forgetIfEmpty(id, vertex);
    }
    refusals.forEach(Waiter.Refusal::tell);
    return waits;
  }

  /**
   * The consumer no longer waits. A producer that comes after one that finished is given its
   * channel, which drops what is put in; one that failed leaves its share to its next attempt.
   */
  synchronized void withdraw(ChannelGroup group, ConsumerEnd end) {
    VertexOutputs.Id id = VertexOutputs.Id.of(group);
    VertexOutputs vertex = vertices.get(id);
    Waiter waiter = vertex == null ? null : vertex.withdraw(group);
    if (vertex == null || waiter == null) {
      return;
    }
    forgetIfEmpty(id, vertex);
    if (end == ConsumerEnd.FINISHED) {
      finished.add(waiter);
      if (finished.size() > REMEMBERED_ENDS) {
        finished.remove(finished.iterator().next());
      }
    }
  }

  /**
   * Refuses the requests that have waited too long.
   *
   * @return whether others still wait
   */
  boolean expire(long nowNanos) {
    List<Waiter.Refusal> refusals = new ArrayList<>(0);
    boolean waits = false;
    synchronized (this) {
      for (VertexOutputs vertex : vertices.values()) {
        waits |= vertex.expire(nowNanos, requestTimeout.toMillis(), refusals);
      }
      vertices.values().removeIf(VertexOutputs::isEmpty);
    }
    refusals.forEach(Waiter.Refusal::tell);
    return waits;
  }

  synchronized int waitingRequests() {
    return vertices.values().stream().mapToInt(VertexOutputs::waitingRequests).sum();
  }
}
