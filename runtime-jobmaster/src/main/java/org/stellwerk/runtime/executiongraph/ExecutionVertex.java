package org.stellwerk.runtime.executiongraph;

import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;

/** One subtask of a vertex, across its attempts. In the JobMaster's main thread; soft state. */
public final class ExecutionVertex {

  private final ExecutionJobVertex jobVertex;
  private final ExecutionVertexID id;
  private final ExecutionContext context;
  private Execution currentExecution;

  ExecutionVertex(
      ExecutionJobVertex jobVertex,
      int subtaskIndex,
      GraphIdentity identity,
      ExecutionContext context) {
    this.jobVertex = jobVertex;
    this.id = new ExecutionVertexID(jobVertex.getId(), subtaskIndex);
    this.context = context;
    this.currentExecution =
        new Execution(
            this, new ExecutionAttemptID(identity.graphId(), id, identity.firstAttempt()), context);
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
            this,
            new ExecutionAttemptID(ended.executionGraphId(), id, ended.attemptNumber() + 1),
            context);
    jobVertex.placesChanged();
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
