package org.stellwerk.simulation.schedule;

/**
 * A moment that a step can be aimed at: when the next message of a kind sets out. Races of a
 * protocol are decided within the time that its messages take, which no step at a fixed time hits
 * on purpose. Calls are named by gateway and the beginning of the method, requests and notices of
 * the coordination service as the simulated one names them.
 */
public enum Moment {
  /** A JobMaster tells how many slots its job needs. */
  NEED("ResourceManagerGateway.declareRequiredResources"),
  /** A TaskExecutor is asked for slots. */
  SLOT_REQUEST("TaskExecutorGateway.requestSlots"),
  /** A TaskExecutor offers slots to a JobMaster, with its registration or later. */
  SLOT_OFFER("JobMasterGateway.registerTaskManager", "JobMasterGateway.offerSlots"),
  /** A TaskExecutor is given tasks. */
  DEPLOYMENT("TaskExecutorGateway.submitTasks"),
  /** A TaskExecutor is told to cancel tasks. */
  CANCELLATION("TaskExecutorGateway.cancelTasks"),
  /** A JobMaster gives slots back. */
  SLOT_RETURN("TaskExecutorGateway.freeSlots"),
  /** A TaskExecutor reports how its tasks are. */
  TASK_REPORT("JobMasterGateway.updateTaskExecutionStates"),
  /** A TaskExecutor or a JobMaster registers at a ResourceManager. */
  REGISTRATION(
      "ResourceManagerGateway.registerTaskExecutor", "ResourceManagerGateway.registerJobMaster"),
  /** A job, its progress or its result is to be stored. */
  STORE_WRITE("zk store "),
  /** What is stored of a job that is over is to be removed, or its result marked as clean. */
  CLEAN_UP("zk remove ", "zk mark "),
  /** A candidate hears that the one before it in the queue is gone. */
  ELECTION("zk latch node gone"),
  /** A process hears of another leader, or that there is none. */
  LEADER_NEWS("zk leader changed");

  private final String label;
  private final String orLabel;

  Moment(String label) {
    this(label, label);
  }

  Moment(String label, String orLabel) {
    this.label = label;
    this.orLabel = orLabel;
  }

  /** Whether a message of this label is such a moment. */
  public boolean matches(String messageLabel) {
    return messageLabel.startsWith(label) || messageLabel.startsWith(orLabel);
  }
}
