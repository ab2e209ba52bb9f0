package org.stellwerk.runtime.scheduler;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionVertexID;

/**
 * The restarts that wait: for the end of their subtasks' attempts, and for their delay. A subtask
 * is in one of them at most. In the JobMaster's main thread; soft state.
 */
final class PendingRestarts {

  /** A restart that waits. */
  static final class PendingRestart {

    private final List<ExecutionVertexID> vertices;
    private final ExceptionHistory.Incident incident;
    private int running;
    private boolean delayOver;
    private @Nullable ScheduledFuture<?> timer;

    private PendingRestart(
        List<ExecutionVertexID> vertices, ExceptionHistory.Incident incident, int running) {
      this.vertices = List.copyOf(vertices);
      this.incident = incident;
      this.running = running;
    }

    List<ExecutionVertexID> vertices() {
      return vertices;
    }

    ExceptionHistory.Incident incident() {
      return incident;
    }

    void delayIsOver() {
      delayOver = true;
      timer = null;
    }

    void delayedBy(ScheduledFuture<?> armed) {
      timer = armed;
    }

    private boolean isReady() {
      return delayOver && running == 0;
    }
  }

  private final Map<ExecutionVertexID, PendingRestart> byVertex = new LinkedHashMap<>();
  private final Set<PendingRestart> pending = new LinkedHashSet<>();

  /**
   * Takes up a restart.
   *
   * @param vertices none of which is in another one
   * @param running how many of their attempts have not ended
   */
  PendingRestart add(
      List<ExecutionVertexID> vertices, ExceptionHistory.Incident incident, int running) {
    PendingRestart restart = new PendingRestart(vertices, incident, running);
    for (ExecutionVertexID id : vertices) {
      if (byVertex.put(id, restart) != null) {
        throw new IllegalStateException("Subtask " + id + " is in two restarts");
      }
    }
    pending.add(restart);
    return restart;
  }

  /** The restart that the subtask is in; null if it is in none. */
  @Nullable PendingRestart of(ExecutionVertexID id) {
    return byVertex.get(id);
  }

  /** The current attempt of a subtask has ended. */
  void attemptEnded(ExecutionVertexID id) {
    PendingRestart restart = byVertex.get(id);
    if (restart != null) {
      restart.running--;
    }
  }

  /** Removes those that wait for nothing any more, and returns them. */
  List<PendingRestart> takeReady() {
    List<PendingRestart> ready = new ArrayList<>();
    for (Iterator<PendingRestart> next = pending.iterator(); next.hasNext(); ) {
      PendingRestart restart = next.next();
      if (restart.isReady()) {
        ready.add(restart);
        next.remove();
        restart.vertices.forEach(byVertex::remove);
      }
    }
    return ready;
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }

  /** Forgets all: nothing is started again. */
  void clear() {
    for (PendingRestart restart : pending) {
      ScheduledFuture<?> armed = restart.timer;
      if (armed != null) {
        armed.cancel(false);
      }
    }
    pending.clear();
    byVertex.clear();
  }
}
