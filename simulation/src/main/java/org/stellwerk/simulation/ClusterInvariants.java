package org.stellwerk.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.resourcemanager.ResourceManager;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;

/**
 * What must hold after every event. Seen from outside of the processes: no TaskManager runs more
 * subtasks of a vertex than it has slots, no subtask runs twice where its JobMaster listens, no
 * acknowledged job is lost, and the leader starts no job that has a result. From inside, after
 * every so many events, what the components say of themselves: slot pools, execution graphs, slot
 * managers, slot tables.
 */
final class ClusterInvariants {

  private record Subtask(ExecutionGraphId graph, ExecutionVertexID vertex) {}

  private record Worker(SimNode node, SimTaskRunner runner, int slots) {}

  private static final int EVENTS_PER_LOOK_INSIDE = 32;

  private final SimCoordination coordination;
  private final SimStores stores;
  private final Map<String, SimNode> nodes = new LinkedHashMap<>();
  private Set<JobMaster> knownJobMasters = Collections.newSetFromMap(new IdentityHashMap<>());
  private long events;
  private final Map<String, Worker> workers = new LinkedHashMap<>();
  private long checkedChanges = -1;

  ClusterInvariants(SimCoordination coordination) {
    this.coordination = coordination;
    this.stores = coordination.stores();
  }

  void watch(SimNode node) {
    nodes.put(node.name(), node);
  }

  void watch(SimNode node, SimTaskRunner runner, int slots) {
    watch(node);
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
      checkAttempts();
    }
  }

  /** The endpoints of a kind that exist in live processes. */
  <E> List<E> endpoints(Class<E> kind) {
    List<E> found = new ArrayList<>();
    for (SimNode node : nodes.values()) {
      if (node.isAlive()) {
        node.rpc().endpoints().stream()
            .filter(kind::isInstance)
            .map(kind::cast)
            .forEach(found::add);
      }
    }
    return found;
  }

  /** To be called after each event. */
  void lookInside() {
    if (events++ % EVENTS_PER_LOOK_INSIDE != 0) {
      return;
    }
    Set<JobMaster> present = Collections.newSetFromMap(new IdentityHashMap<>());
    for (JobMaster jobMaster : endpoints(JobMaster.class)) {
      present.add(jobMaster);
      if (!knownJobMasters.contains(jobMaster)) {
        checkMayRun(jobMaster);
      }
      inside(jobMaster, jobMaster::checkInvariants);
    }
    knownJobMasters = present;
    for (ResourceManager resourceManager : endpoints(ResourceManager.class)) {
      inside(resourceManager, resourceManager::checkInvariants);
    }
    for (TaskExecutor taskExecutor : endpoints(TaskExecutor.class)) {
      inside(taskExecutor, taskExecutor::checkInvariants);
    }
  }

  private void checkMayRun(JobMaster jobMaster) {
    boolean leads =
        coordination
            .leaderSession()
            .filter(jobMaster.getFencingToken().value()::equals)
            .isPresent();
    if (leads
        && !jobMaster.getJobStatus().isGloballyTerminal()
        && stores.result(jobMaster.getJobId()).isPresent()) {
      throw new AssertionError(
          "Job " + jobMaster.getJobId() + " has a result, but was started again");
    }
  }

  /** No other event runs meanwhile, so this is as good as the endpoint's own main thread. */
  private static void inside(RpcEndpoint endpoint, Runnable check) {
    endpoint.internalMainThreadGuard().enter();
    try {
      check.run();
    } finally {
      endpoint.internalMainThreadGuard().leave();
    }
  }

  private void checkTasks() {
    Set<ExecutionAttemptID> seen = new HashSet<>(); // asked only, never iterated
    for (Worker worker : workers.values()) {
      if (!worker.node.isAlive()) {
        continue;
      }
      List<ExecutionAttemptID> running = worker.runner.running();
      for (ExecutionAttemptID attempt : running) {
        if (!seen.add(attempt)) {
          throw new AssertionError("Attempt runs twice: " + attempt + ", again on " + worker.node);
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

  /**
   * Of two attempts of a subtask, one is being cancelled, or is on a TaskManager that its JobMaster
   * has given up: such a one goes on until it hears of that, and nobody listens to it.
   */
  private void checkAttempts() {
    Map<Subtask, Set<String>> places = new LinkedHashMap<>();
    for (Worker worker : workers.values()) {
      if (worker.node.isAlive()) {
        for (ExecutionAttemptID attempt : worker.runner.notCancelled()) {
          places
              .computeIfAbsent(
                  new Subtask(attempt.executionGraphId(), attempt.executionVertexId()),
                  ignored -> new LinkedHashSet<>())
              .add(worker.node.name());
        }
      }
    }
    places.values().removeIf(where -> where.size() == 1);
    if (places.isEmpty()) {
      return;
    }
    for (JobMaster jobMaster : endpoints(JobMaster.class)) {
      JobMasterSnapshot snapshot = jobMaster.snapshot();
      ExecutionGraphId graph = snapshot.executions().get(0).attemptId().executionGraphId();
      places.forEach(
          (subtask, where) -> {
            long heard =
                snapshot.taskManagers().stream().filter(id -> where.contains(id.value())).count();
            if (subtask.graph.equals(graph) && heard > 1) {
              throw new AssertionError("Subtask runs twice: " + subtask + " on " + where);
            }
          });
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
