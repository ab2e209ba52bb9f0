package org.stellwerk.runtime.taskexecutor;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.exceptions.SlotAllocationException;
import org.stellwerk.runtime.messages.exceptions.TaskManagerDrainingException;
import org.stellwerk.runtime.messages.exceptions.TaskSubmissionException;

/**
 * What one TaskExecutor has of jobs: their slots, their tasks, what tasks have left behind for
 * later ones, and one {@link JobLeaderConnection} per job. Decides what a slot request, a lost
 * JobMaster, the answer to an offer or the end of a task means for the other two. In the main
 * thread; soft state.
 *
 * <p>A job is over here when it has no slot (one that is being released counts) and no results, and
 * its JobMaster knows every end: then the connection is closed and the runner lets the job go.
 */
final class ServedJobs {

  private static final Logger LOG = LoggerFactory.getLogger(ServedJobs.class);

  /** Hears of slots, for the ResourceManager. */
  interface SlotListener {
    /** A slot has become free. */
    void onFreed(TaskSlotTable.FreedSlot slot);

    /** A slot is out of use for now. */
    void onQuarantined();
  }

  private final ConnectionContext context;
  private final TaskRunner taskRunner;
  private final SlotListener slotListener;
  private final TaskSlotTable slots;
  private final TaskTable tasks;
  private final PartitionTable partitions;
  private final JobTable jobs = new JobTable();
  private Availability availability = Availability.INITIAL;

  /** No jobs. */
  ServedJobs(ConnectionContext context, TaskRunner taskRunner, SlotListener slotListener) {
    this.context = context;
    this.taskRunner = taskRunner;
    this.slotListener = slotListener;
    this.partitions = new PartitionTable(taskRunner);
    TaskExecutorConfig config = context.config();
    this.slots =
        new TaskSlotTable(
            config.resourceId(),
            config.numberOfSlots(),
            new AllocationTimeouts(
                config.timeouts().slot(), context.mainThread(), this::onSlotTimeout),
            context.services().transitions());
    this.tasks =
        new TaskTable(
            taskRunner,
            config.timeouts(),
            context.mainThread(),
            context.services().transitions(),
            new TaskListener());
  }

  /** The slots; for reading. */
  TaskSlotTable slots() {
    return slots;
  }

  /** The results that are kept; for reading. */
  PartitionTable partitions() {
    return partitions;
  }

  /** The tasks that have not ended; for reading. */
  TaskTable tasks() {
    return tasks;
  }

  /** The connections; for reading. */
  JobTable connections() {
    return jobs;
  }

  /** Whether slots are given and tasks taken. */
  Availability availability() {
    return availability;
  }

  /** From now on slots are given and tasks taken, or not; what is there stays. */
  Availability setAvailability(Availability.Mode mode) {
    Availability before = availability;
    availability = before.changedTo(mode);
    if (!availability.equals(before)) {
      LOG.info(
          "This TaskExecutor is {} from now on, it was {}.", availability.mode(), before.mode());
      context
          .services()
          .transitions()
          .onTransition(
              TransitionObserver.AVAILABILITY,
              context.resourceId(),
              before.mode(),
              availability.mode());
    }
    return availability;
  }

  /** Whether a JobMaster uses this TaskExecutor. */
  boolean isServing() {
    return jobs.all().stream().anyMatch(JobLeaderConnection::isConnected);
  }

  /**
   * Gives a slot to a job, and offers it to the job's master.
   *
   * @throws SlotAllocationException if the slot is not to be had
   */
  void giveSlot(int index, JobID jobId, AllocationID allocationId, JobMasterAddress jobMaster)
      throws SlotAllocationException {
    if (!availability.isOpen()) {
      throw new SlotAllocationException(
          "TaskExecutor " + context.resourceId() + " gives no slots, it is " + availability.mode());
    }
    jobs.get(jobId)
        .filter(connection -> !connection.jobMasterId().equals(jobMaster.jobMasterId()))
        .ifPresent(
            connection ->
                onJobMasterLoss(
                    connection, "the job has a new master, session " + jobMaster.jobMasterId()));
    slots.allocate(index, jobId, allocationId);
    Optional<JobLeaderConnection> existing = jobs.get(jobId);
    if (existing.isPresent()) {
      existing.get().offerSlots();
      return;
    }
    LOG.info("Slots are requested for job {}, whose master is at {}.", jobId, jobMaster.address());
    JobLeaderConnection connection =
        new JobLeaderConnection(jobId, jobMaster, context, new JobMasterView());
    jobs.add(connection);
    connection.start();
  }

  /**
   * Takes a slot from its job, whose tasks there fail; nothing if nobody has the slot.
   *
   * @throws FencingTokenException if the job is served for another session
   */
  void takeSlot(AllocationID allocationId, JobMasterId jobMasterId, String reason)
      throws FencingTokenException {
    Optional<JobID> job = slots.jobOf(allocationId);
    if (job.isEmpty()) {
      return;
    }
    Optional<JobLeaderConnection> connection = jobs.get(job.get());
    if (connection.isPresent() && !connection.get().jobMasterId().equals(jobMasterId)) {
      throw new FencingTokenException(
          "Session "
              + jobMasterId
              + " cannot free allocation "
              + allocationId
              + ": job "
              + job.get()
              + " is served for session "
              + connection.get().jobMasterId());
    }
    failAllocation(allocationId, "freed by the JobMaster: " + reason);
  }

  /**
   * Begins to run an attempt; a repetition changes nothing.
   *
   * @throws TaskSubmissionException if the session, the slot or an earlier attempt forbids it
   */
  void submit(TaskDeploymentDescriptor descriptor, JobMasterId jobMasterId)
      throws TaskSubmissionException {
    if (jobs.get(descriptor.jobId(), jobMasterId).isEmpty()) {
      throw new TaskSubmissionException(
          "Attempt "
              + descriptor.attemptId()
              + " is refused: session "
              + jobMasterId
              + " is not the one that TaskExecutor "
              + context.resourceId()
              + " serves for job "
              + descriptor.jobId());
    }
    if (availability.isDraining() && tasks.get(descriptor.attemptId()) == null) {
      throw new TaskManagerDrainingException(
          "Attempt "
              + descriptor.attemptId()
              + " is refused: TaskExecutor "
              + context.resourceId()
              + " is being drained");
    }
    tasks.checkNoneBefore(descriptor.attemptId());
    boolean isNew =
        slots.addAttempt(descriptor.attemptId(), descriptor.jobId(), descriptor.allocationId());
    if (!isNew) {
      LOG.debug("Attempt {} was submitted again.", descriptor.attemptId());
      return;
    }
    tasks.start(descriptor);
  }

  /** Begins to cancel an attempt; nothing if it does not run here. */
  void cancel(ExecutionAttemptID attemptId) {
    Task task = tasks.get(attemptId);
    if (task == null) {
      LOG.debug("Attempt {} is to be cancelled, but not here.", attemptId);
    } else {
      task.cancel("asked for by the JobMaster");
    }
  }

  /** Results are not needed any more; nothing if the job is served for another session. */
  void releasePartitions(JobID jobId, JobMasterId jobMasterId, List<ExecutionAttemptID> producers) {
    if (jobs.get(jobId, jobMasterId).isPresent()) {
      partitions.release(jobId, producers);
      releaseJobIfOver(jobId);
    }
  }

  /**
   * A JobMaster says goodbye. One that arrives during the registration is meant for an earlier
   * connection.
   */
  void disconnectedBy(JobID jobId, JobMasterId jobMasterId, String reason) {
    jobs.get(jobId, jobMasterId)
        .filter(JobLeaderConnection::isConnected)
        .ifPresent(connection -> onJobMasterLoss(connection, "it ended the connection: " + reason));
  }

  /** A process is gone, with the JobMasters in it. */
  void losePeer(String peer, String why) {
    jobs.at(peer).forEach(connection -> onJobMasterLoss(connection, why));
  }

  /** Another leader session: the jobs' masters of other sessions do not lead any more. */
  void followSession(UUID sessionId) {
    jobs.all().stream()
        .filter(job -> !job.jobMasterId().value().equals(sessionId))
        .forEach(job -> onJobMasterLoss(job, "another session leads: " + sessionId));
  }

  /**
   * Leaves all JobMasters and cancels all tasks.
   *
   * @return done when the last task has ended, or has taken too long for it
   */
  CompletableFuture<Void> stop(TaskManagerLoss goodbye) {
    leave(goodbye);
    slots.stop();
    return tasks.endAll(goodbye.reason());
  }

  /** Leaves all JobMasters; slots and tasks stay as they are. */
  void leave(TaskManagerLoss goodbye) {
    jobs.all()
        .forEach(
            connection -> {
              jobs.remove(connection);
              connection.leave(goodbye);
            });
  }

  /**
   * The one place that decides what the loss of a JobMaster means for its job: its tasks are
   * cancelled and its slots given back.
   */
  private void onJobMasterLoss(JobLeaderConnection connection, String reason) {
    if (!jobs.remove(connection)) {
      return;
    }
    JobID jobId = connection.jobId();
    List<AllocationID> held = slots.allocationsOf(jobId);
    LOG.info(
        "The JobMaster of job {}, session {}, is lost, giving back {} slots: {}",
        jobId,
        connection.jobMasterId(),
        held.size(),
        reason);
    connection.leave(
        TaskManagerLoss.left("TaskExecutor " + context.resourceId() + " gave it up: " + reason));
    partitions.releaseAll(jobId);
    for (AllocationID allocation : held) {
      releaseSlot(allocation, reason)
          .forEach(task -> task.cancel("its JobMaster is lost: " + reason));
    }
    releaseJobIfOver(jobId);
  }

  private void onSlotTimeout(AllocationID allocationId) {
    LOG.info(
        "Allocation {} was not accepted by its JobMaster within {} ms (taskmanager.slot.timeout).",
        allocationId,
        context.config().timeouts().slot().toMillis());
    failAllocation(allocationId, "not accepted by the JobMaster in time");
  }

  private void failAllocation(AllocationID allocationId, String reason) {
    Optional<JobID> job = slots.jobOf(allocationId);
    for (Task task : releaseSlot(allocationId, reason)) {
      task.fail(new TaskSubmissionException("Its slot " + allocationId + " is gone: " + reason));
    }
    job.ifPresent(this::releaseJobIfOver);
  }

  /** Takes a slot from its job; what still runs in it is the caller's to end. */
  private List<Task> releaseSlot(AllocationID allocationId, String reason) {
    Optional<TaskSlotTable.Release> release = slots.release(allocationId, reason);
    if (release.isEmpty()) {
      return List.of();
    }
    release.get().freed().ifPresent(slotListener::onFreed);
    return release.get().toEnd().stream().map(tasks::get).toList();
  }

  private void report(Task task) {
    jobs.get(task.jobId()).ifPresent(connection -> report(task, connection));
  }

  private void report(Task task, JobLeaderConnection connection) {
    if (task.leavesResults()) {
      partitions.add(task.jobId(), task.attemptId());
    }
    connection.report(task.executionState());
  }

  private void releaseJobIfOver(JobID jobId) {
    if (!slots.isGone(jobId) || partitions.has(jobId)) {
      return;
    }
    Optional<JobLeaderConnection> connection = jobs.get(jobId);
    if (connection.isPresent()) {
      if (!connection.get().isDrained()) {
        return;
      }
      jobs.remove(connection.get());
      connection.get().leave(TaskManagerLoss.left("Job " + jobId + " has no slot here any more."));
    }
    LOG.info("Job {} is over on this TaskExecutor.", jobId);
    taskRunner.releaseJob(jobId);
  }

  /** Throws if an invariant does not hold; for tests and the simulator. */
  void checkInvariants() {
    slots.checkInvariants();
    tasks.checkInvariants(slots);
  }

  private final class TaskListener implements Task.Listener {
    @Override
    public void onTransition(Task task, ExecutionState from) {
      ExecutionState state = task.state();
      if (state == ExecutionState.DEPLOYING || state == ExecutionState.CANCELING) {
        return; // the JobMaster learns of these from heartbeats
      }
      if (!task.isGivenUp()) {
        report(task);
      }
      if (state.isTerminal()) {
        slots.removeAttempt(task.attemptId()).ifPresent(slotListener::onFreed);
        releaseJobIfOver(task.jobId());
      }
    }

    @Override
    public void onGivenUp(Task task) {
      List<ExecutionAttemptID> others = slots.quarantine(task.attemptId());
      report(task);
      slotListener.onQuarantined();
      for (ExecutionAttemptID other : others) {
        Task neighbour = tasks.get(other);
        if (neighbour != null) {
          neighbour.fail(
              new TaskSubmissionException(
                  "Its slot is out of use: attempt " + task.attemptId() + " does not end"));
        }
      }
    }
  }

  private final class JobMasterView implements JobLeaderConnection.Owner {
    @Override
    public List<TaskExecutorHeartbeat.ExecutionStatus> executionsOf(JobID jobId) {
      return tasks.executionsOf(jobId);
    }

    @Override
    public List<AllocationID> activeSlots(JobID jobId) {
      return slots.activeAllocations(jobId);
    }

    @Override
    public List<SlotOffer> openOffers(JobID jobId) {
      return slots.openOffers(jobId);
    }

    @Override
    public void onOfferAnswered(
        JobLeaderConnection connection,
        List<SlotOffer> offered,
        List<SlotOffer> accepted,
        String reasonForOthers) {
      Set<AllocationID> acceptedIds =
          accepted.stream()
              .map(SlotOffer::allocationId)
              .collect(Collectors.toCollection(LinkedHashSet::new));
      for (SlotOffer offer : offered) {
        if (!acceptedIds.contains(offer.allocationId())) {
          failAllocation(offer.allocationId(), reasonForOthers);
        } else if (!slots.markActive(offer.allocationId())) {
          connection.failSlot(offer, "It was released before it was accepted.");
        }
      }
    }

    @Override
    public void onAttemptRefused(JobID jobId, ExecutionAttemptID attemptId, String reason) {
      Task task = tasks.get(attemptId);
      if (task != null) {
        task.fail(new TaskSubmissionException("The JobMaster does not know it: " + reason));
      }
      partitions.release(jobId, List.of(attemptId));
    }

    @Override
    public void onStatesAcknowledged(JobLeaderConnection connection) {
      if (jobs.get(connection.jobId()).filter(current -> current == connection).isPresent()) {
        releaseJobIfOver(connection.jobId());
      }
    }

    @Override
    public void onJobMasterLoss(JobLeaderConnection connection, String reason) {
      ServedJobs.this.onJobMasterLoss(connection, reason);
    }
  }
}
