package org.stellwerk.runtime.executiongraph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.highavailability.VertexProgress;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobmaster.slotpool.LogicalSlot;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExceptionHistoryEntry;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobInformation;
import org.stellwerk.runtime.messages.JobReport.HeldExecution;
import org.stellwerk.runtime.messages.TaskInformation;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/**
 * A job as it runs: its vertices, its subtasks and their attempts. Keeps the books; what is to be
 * done about them the scheduler decides. In the JobMaster's main thread; soft state.
 *
 * <p>Questions like "is every task terminal" are answered from counts.
 */
public final class ExecutionGraph {

  private final JobGraph jobGraph;
  private final ExecutionContext context;
  private final Map<JobVertexID, ExecutionJobVertex> vertices = new LinkedHashMap<>();
  private final Map<ExecutionState, Integer> tasksPerState = new EnumMap<>(ExecutionState.class);
  private final DeploymentTracker deployments = new DeploymentTracker();
  private final FinishedResults results = new FinishedResults();

  /** A graph with all of its tasks CREATED. */
  public ExecutionGraph(
      JobGraph jobGraph,
      JobInformation jobInformation,
      GraphIdentity identity,
      ExecutionContext context) {
    this.jobGraph = jobGraph;
    ExecutionListener outer = context.listener();
    this.context =
        new ExecutionContext(
            context.clock(),
            context.rpcTimeout(),
            (execution, from, to) -> {
              count(execution, from, to);
              outer.onStateChanged(execution, from, to);
            },
            context.fatalErrorHandler(),
            context.transitions());
    Wiring wiring = new Wiring(jobGraph);
    for (JobVertex vertex : jobGraph.topologicallySorted()) {
      TaskInformation information = wiring.taskInformation(vertex);
      List<ExecutionJobVertex> producers = new ArrayList<>();
      information.inputs().stream()
          .map(TaskInformation.Input::producer)
          .distinct()
          .forEach(
              id -> {
                ExecutionJobVertex producer = vertices.get(id);
                if (producer != null) {
                  producers.add(producer);
                }
              });
      ExecutionJobVertex made =
          new ExecutionJobVertex(jobInformation, information, producers, identity, this.context);
      vertices.put(vertex.id(), made);
      if (information.hasBlockingOutput()) {
        results.expect(made);
      }
    }
    tasksPerState.put(ExecutionState.CREATED, jobGraph.totalSubtasks());
  }

  private void count(Execution execution, ExecutionState from, ExecutionState to) {
    tasksPerState.merge(from, -1, Integer::sum);
    tasksPerState.merge(to, 1, Integer::sum);
    deployments.onStateChanged(execution, to);
    results.onStateChanged(execution, to);
  }

  /** The job's identity. */
  public JobID getJobId() {
    return jobGraph.jobId();
  }

  /** The vertices, producers before consumers. */
  public Collection<ExecutionJobVertex> getVertices() {
    return Collections.unmodifiableCollection(vertices.values());
  }

  /** How many slots the job needs for all its tasks to run at a time. */
  public int getRequiredSlots() {
    return jobGraph.requiredSlots();
  }

  /** How many tasks the job has. */
  public int getTotalTasks() {
    return jobGraph.totalSubtasks();
  }

  /** What is deployed where. */
  public DeploymentTracker getDeployments() {
    return deployments;
  }

  /** What finished tasks have left for consumers on blocking edges. */
  public FinishedResults getResults() {
    return results;
  }

  /** How many tasks are at their TaskExecutors. */
  public int countDeployedTasks() {
    return countTasks(ExecutionState.DEPLOYING)
        + countTasks(ExecutionState.INITIALIZING)
        + countTasks(ExecutionState.RUNNING)
        + countTasks(ExecutionState.CANCELING);
  }

  /** Calls with the current attempt of every subtask, producers before consumers. */
  public void forEachExecution(Consumer<Execution> action) {
    for (ExecutionJobVertex vertex : vertices.values()) {
      for (ExecutionVertex subtask : vertex.getVertices()) {
        action.accept(subtask.getCurrentExecution());
      }
    }
  }

  /** The attempt, if it is the current one of its subtask in this graph. */
  public Optional<Execution> findExecution(ExecutionAttemptID attemptId) {
    ExecutionJobVertex vertex = vertices.get(attemptId.jobVertexId());
    int index = attemptId.subtaskIndex();
    if (vertex == null || index < 0 || index >= vertex.getParallelism()) {
      return Optional.empty();
    }
    Execution current = vertex.getVertices().get(index).getCurrentExecution();
    return current.getAttemptId().equals(attemptId) ? Optional.of(current) : Optional.empty();
  }

  /** The subtask; it must be one of the job's. */
  public ExecutionVertex getVertex(ExecutionVertexID id) {
    ExecutionJobVertex vertex = vertices.get(id.jobVertexId());
    if (vertex == null) {
      throw new IllegalArgumentException("Subtask " + id + " is none of job " + getJobId());
    }
    return vertex.getVertices().get(id.subtaskIndex());
  }

  /** All subtasks, producers before consumers. */
  public List<ExecutionVertexID> getAllVertices() {
    List<ExecutionVertexID> all = new ArrayList<>(getTotalTasks());
    forEachExecution(execution -> all.add(execution.getVertex().getId()));
    return all;
  }

  /** Gives subtasks whose attempts have ended new ones. */
  public void resetForNewExecution(Collection<ExecutionVertexID> subtasks) {
    for (ExecutionVertexID id : subtasks) {
      ExecutionVertex subtask = getVertex(id);
      ExecutionState ended = subtask.getCurrentExecution().getState();
      subtask.resetForNewExecution();
      tasksPerState.merge(ended, -1, Integer::sum);
      tasksPerState.merge(ExecutionState.CREATED, 1, Integer::sum);
    }
  }

  /**
   * Takes over an attempt that an earlier leader has deployed; its subtask must be CREATED.
   *
   * @param held its share of the slot; null if it has ended
   */
  public void adopt(TaskManagerLocation where, @Nullable LogicalSlot held, HeldExecution reported) {
    getVertex(reported.attemptId().executionVertexId())
        .replace(reported.attemptId())
        .adopt(where, held, reported);
  }

  /**
   * Takes over what is stored of an earlier leader's progress: attempt numbers go on, and what has
   * finished is not run again, unless its results are to be found first.
   *
   * @return the subtasks that have finished and left results
   */
  public Set<ExecutionVertexID> restore(List<VertexProgress> progress) {
    Set<ExecutionVertexID> withResults = new LinkedHashSet<>();
    for (VertexProgress each : progress) {
      ExecutionJobVertex vertex = vertices.get(each.vertexId());
      if (vertex == null || vertex.getParallelism() != each.parallelism()) {
        continue; // of another graph of the job
      }
      for (ExecutionVertex subtask : vertex.getVertices()) {
        int index = subtask.getId().subtaskIndex();
        int attempt = each.attempts().get(index);
        subtask.startAfter(attempt);
        if (!each.isFinished(index)) {
          continue;
        }
        if (vertex.getTaskInformation().hasBlockingOutput()) {
          withResults.add(subtask.getId());
        } else {
          finishedBefore(subtask.getId());
        }
      }
    }
    return withResults;
  }

  /** The subtask, CREATED, has finished under an earlier leader. */
  public void finishedBefore(ExecutionVertexID subtask) {
    getVertex(subtask).formerAttempt().finishedBefore();
    results.notFound(subtask);
  }

  /** What an earlier leader has deployed of the subtask, which is CREATED, is lost. */
  public void lostBefore(ExecutionVertexID subtask, Throwable cause) {
    getVertex(subtask).formerAttempt().fail(cause);
  }

  /** What an earlier leader has deployed of the subtask, which is CREATED, is not gone on with. */
  public void leftBefore(ExecutionVertexID subtask) {
    getVertex(subtask).formerAttempt().cancel();
  }

  /**
   * How far the subtasks have come, for a later leader.
   *
   * @param taskManagers indexes of the addresses of TaskExecutors, to which new ones are added
   */
  public List<VertexProgress> progress(Map<String, Integer> taskManagers) {
    return vertices.values().stream().map(vertex -> vertex.progress(taskManagers)).toList();
  }

  /** What is left of a TaskExecutor that is lost: attempts that have no slot there any more. */
  public void failLeftOn(ResourceID taskManagerId, Throwable cause) {
    deployments.executionsOn(taskManagerId).forEach(execution -> execution.fail(cause));
  }

  /** The subtasks wait for their slots. */
  public void schedule(Collection<ExecutionVertexID> subtasks) {
    subtasks.forEach(id -> getVertex(id).getCurrentExecution().schedule());
  }

  /** Begins to cancel every task. */
  public void cancelAll() {
    List<Execution> all = new ArrayList<>(getTotalTasks());
    forEachExecution(all::add);
    cancel(all);
  }

  /**
   * Begins to cancel tasks, consumers before their producers: a producer that ends has nobody left
   * to tell then.
   *
   * @param executions in the order of the graph, producers first
   */
  public static void cancel(List<Execution> executions) {
    for (int i = executions.size() - 1; i >= 0; i--) {
      executions.get(i).cancel();
    }
  }

  /**
   * Ends every task without waiting for its TaskExecutor. First those that have no slot: they would
   * be deployed in one that another leaves, where that one's task still runs.
   */
  public void suspendAll() {
    forEachExecution(
        execution -> {
          if (execution.getSlot() == null) {
            execution.suspend();
          }
        });
    forEachExecution(Execution::suspend);
  }

  /** How many tasks are in the state. */
  public int countTasks(ExecutionState wanted) {
    return tasksPerState.getOrDefault(wanted, 0);
  }

  /** Whether no task will change any more. */
  public boolean areAllTasksTerminal() {
    return countTasks(ExecutionState.FINISHED)
            + countTasks(ExecutionState.CANCELED)
            + countTasks(ExecutionState.FAILED)
        == getTotalTasks();
  }

  /** Whether every task has finished. */
  public boolean areAllTasksFinished() {
    return countTasks(ExecutionState.FINISHED) == getTotalTasks();
  }

  /** "4 RUNNING, 2 FINISHED": for people. */
  public String describeTasks() {
    StringBuilder text = new StringBuilder();
    for (ExecutionState each : ExecutionState.values()) {
      if (countTasks(each) > 0) {
        text.append(text.isEmpty() ? "" : ", ").append(countTasks(each)).append(' ').append(each);
      }
    }
    return text.toString();
  }

  /**
   * The job as it is now.
   *
   * @param job how it stands
   * @param exceptionHistory what went wrong so far, oldest first
   */
  public ArchivedExecutionGraph archive(
      JobState job, List<ExceptionHistoryEntry> exceptionHistory, long numberOfRestarts) {
    return new ArchivedExecutionGraph(
        getJobId(),
        jobGraph.name(),
        job.getStatus(),
        job.timestamps(),
        vertices.values().stream().map(ExecutionJobVertex::archive).toList(),
        jobGraph.edges(),
        job.getFailure(),
        exceptionHistory,
        numberOfRestarts,
        jobGraph.configuration());
  }

  /** The current attempt of every subtask, for checks; producers before consumers. */
  public List<ExecutionSnapshot> snapshot() {
    List<ExecutionSnapshot> all = new ArrayList<>(getTotalTasks());
    forEachExecution(execution -> all.add(execution.snapshot()));
    return all;
  }

  /**
   * Checks what must hold between any two calls.
   *
   * @throws IllegalStateException naming what does not
   */
  public void checkInvariants() {
    Map<ExecutionState, Integer> counted = new EnumMap<>(ExecutionState.class);
    forEachExecution(
        execution -> {
          counted.merge(execution.getState(), 1, Integer::sum);
          if (execution.getState().isTerminal() && execution.getSlot() != null) {
            throw new IllegalStateException(execution + " has ended but keeps its slot");
          }
        });
    for (ExecutionState each : ExecutionState.values()) {
      if (counted.getOrDefault(each, 0) != countTasks(each)) {
        throw new IllegalStateException("Wrong count of tasks in state " + each);
      }
    }
  }

  /** The inputs and outputs of vertices, found in one pass over the edges. */
  private static final class Wiring {

    private final Map<JobVertexID, JobVertex> byId = new LinkedHashMap<>();
    private final Map<JobVertexID, List<TaskInformation.Input>> inputs = new LinkedHashMap<>();
    private final Map<JobVertexID, List<TaskInformation.Output>> outputs = new LinkedHashMap<>();

    Wiring(JobGraph graph) {
      for (JobVertex vertex : graph.vertices()) {
        byId.put(vertex.id(), vertex);
        inputs.put(vertex.id(), new ArrayList<>());
        outputs.put(vertex.id(), new ArrayList<>());
      }
      graph.edges().forEach(this::add);
    }

    private void add(JobEdge edge) {
      List<TaskInformation.Input> in = inputs.get(edge.target());
      List<TaskInformation.Output> out = outputs.get(edge.source());
      JobVertex source = byId.get(edge.source());
      JobVertex target = byId.get(edge.target());
      if (in == null || out == null || source == null || target == null) {
        throw new IllegalStateException("A valid graph has no edge to an unknown vertex: " + edge);
      }
      int inputIndex = in.size();
      int outputIndex = out.size();
      in.add(
          new TaskInformation.Input(
              edge.source(),
              source.parallelism(),
              outputIndex,
              edge.shipStrategy(),
              edge.resultType()));
      out.add(
          new TaskInformation.Output(
              edge.target(),
              target.parallelism(),
              inputIndex,
              edge.shipStrategy(),
              edge.resultType()));
    }

    TaskInformation taskInformation(JobVertex vertex) {
      return new TaskInformation(
          vertex,
          inputs.getOrDefault(vertex.id(), List.of()),
          outputs.getOrDefault(vertex.id(), List.of()));
    }
  }
}
