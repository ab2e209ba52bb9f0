package org.stellwerk.simulation;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;

/**
 * What must hold after every event, seen from outside of the processes: no TaskManager runs more
 * subtasks of a vertex than it has slots, no subtask runs twice for one execution graph, and no
 * acknowledged job is lost.
 */
final class ClusterInvariants {

  private record Subtask(ExecutionGraphId graph, ExecutionVertexID vertex) {}

  private record Worker(SimNode node, SimTaskRunner runner, int slots) {}

  private final SimStores stores;
  private final Map<String, Worker> workers = new LinkedHashMap<>();
  private long checkedChanges = -1;

  ClusterInvariants(SimStores stores) {
    this.stores = stores;
  }

  void watch(SimNode node, SimTaskRunner runner, int slots) {
    workers.put(node.name(), new Worker(node, runner, slots));
    checkedChanges = -1;
  }

  void check() {
    long changes = 0;
    for (Worker worker : workers.values()) {
      changes += worker.runner.changes();
    }
    if (changes != checkedChanges) {
      checkedChanges = changes;
      checkTasks();
    }
  }

  private void checkTasks() {
    Set<Subtask> seen = new HashSet<>(); // asked only, never iterated
    for (Worker worker : workers.values()) {
      if (!worker.node.isAlive()) {
        continue;
      }
      List<ExecutionAttemptID> running = worker.runner.running();
      for (ExecutionAttemptID attempt : running) {
        if (!seen.add(new Subtask(attempt.executionGraphId(), attempt.executionVertexId()))) {
          throw new AssertionError("Subtask runs twice: " + attempt + ", again on " + worker.node);
        }
        long ofVertex =
            running.stream().filter(a -> a.jobVertexId().equals(attempt.jobVertexId())).count();
        if (ofVertex > worker.slots) {
          throw new AssertionError(
              worker.node
                  + " with "
                  + worker.slots
                  + " slots runs "
                  + ofVertex
                  + " subtasks of vertex "
                  + attempt.jobVertexId());
        }
      }
    }
  }

  void checkKept(Collection<JobID> acknowledged) {
    for (JobID id : acknowledged) {
      if (!stores.hasJob(id) && stores.result(id).isEmpty()) {
        throw new AssertionError("Job " + id + " was acknowledged but is in no store");
      }
    }
  }
}
