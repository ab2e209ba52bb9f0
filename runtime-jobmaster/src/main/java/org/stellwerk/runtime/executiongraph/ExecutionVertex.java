package org.stellwerk.runtime.executiongraph;

import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;

/** One subtask of a vertex, across its attempts. In the JobMaster's main thread; soft state. */
public final class ExecutionVertex {

  private final ExecutionJobVertex jobVertex;
  private final ExecutionVertexID id;
  private final ExecutionGraphId graphId;
  private final ExecutionContext context;
  private Execution currentExecution;

  ExecutionVertex(
      ExecutionJobVertex jobVertex,
      int subtaskIndex,
      GraphIdentity identity,
      ExecutionContext context) {
    this.jobVertex = jobVertex;
    this.id = new ExecutionVertexID(jobVertex.getId(), subtaskIndex);
    this.graphId = identity.graphId();
    this.context = context;
    this.currentExecution =
        new Execution(this, new ExecutionAttemptID(graphId, id, identity.firstAttempt()), context);
  }

  /** The subtask's identity. */
  public ExecutionVertexID getId() {
    return id;
  }

  /** The newest attempt. */
  public Execution getCurrentExecution() {
    return currentExecution;
  }

  /** A new attempt in the state CREATED takes the place of one that has ended. */
  void resetForNewExecution() {
    ExecutionAttemptID ended = currentExecution.getAttemptId();
    if (!currentExecution.getState().isTerminal()) {
      throw new IllegalStateException(currentExecution + " has not ended");
    }
    currentExecution =
        new Execution(
            this, new ExecutionAttemptID(graphId, id, ended.attemptNumber() + 1), context);
    jobVertex.placesChanged();
  }

  /**
   * Another attempt, CREATED, takes the place of one that is: its subtask has run under an earlier
   * leader.
   */
  Execution replace(ExecutionAttemptID attemptId) {
    if (currentExecution.getState() != ExecutionState.CREATED) {
      throw new IllegalStateException(currentExecution + " has begun");
    }
    currentExecution = new Execution(this, attemptId, context);
    jobVertex.placesChanged();
    return currentExecution;
  }

  /** As {@link #replace}, with the attempt of this leader that follows the number. */
  void startAfter(int attemptNumber) {
    replace(new ExecutionAttemptID(graphId, id, attemptNumber + 1));
  }

  /**
   * The attempt before this one, which is CREATED, was deployed by an earlier leader, and nothing
   * is known of it. It takes the place of this one, CREATED, to be brought to its end.
   */
  Execution formerAttempt() {
    int former = Math.max(0, currentExecution.getAttemptId().attemptNumber() - 1);
    return replace(new ExecutionAttemptID(graphId, id, former));
  }

  /** The current attempt has its slot. */
  void slotAssigned() {
    jobVertex.placesChanged();
  }

  /** With whom it shares its slot. */
  SlotSharing getSlotSharing() {
    return jobVertex.getTaskInformation().vertex().slotSharing();
  }

  /** "name (2/4)": for people. */
  public String getTaskNameWithSubtask() {
    return jobVertex.getName()
        + " ("
        + (id.subtaskIndex() + 1)
        + "/"
        + jobVertex.getParallelism()
        + ")";
  }

  /**
   * What its TaskExecutor needs; everything but two ids is shared with the vertex's other tasks.
   */
  TaskDeploymentDescriptor createDeploymentDescriptor(AllocationID allocationId) {
    return new TaskDeploymentDescriptor(
        jobVertex.getJobInformation(),
        jobVertex.getTaskInformation(),
        jobVertex.getProducers(),
        currentExecution.getAttemptId(),
        allocationId);
  }
}
