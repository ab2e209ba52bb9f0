package org.stellwerk.runtime.taskexecutor;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.SlotRefusal;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.exceptions.SlotAllocationException;
import org.stellwerk.runtime.messages.exceptions.TaskManagerDrainingException;
import org.stellwerk.runtime.messages.exceptions.TaskSubmissionException;

/**
 * What one TaskExecutor has of jobs: their slots, their tasks, what tasks have left behind for
 * later ones, and who their JobMasters are ({@link JobTable}). Decides what a slot request, a lost
 * JobMaster, the answer to an offer or the end of a task means for the other two. In the main
 * thread; soft state.
 *
 * <p>If a job's JobMaster ends, its tasks go on under a lease, and the next one hears what there
 * is. If the JobMaster lives but cannot be reached or does without this TaskExecutor, the job's
 * tasks are cancelled, for they are started elsewhere.
 *
 * <p>A job is over here when it has no slot (one that is being released counts) and no results, and
 * a JobMaster knows every end: then the connection is closed and the runner lets the job go.
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
  private final JobTable jobs;
  private Availability availability = Availability.INITIAL;

  /** No jobs. */
  ServedJobs(ConnectionContext context, TaskRunner taskRunner, SlotListener slotListener) {
    this.context = context;
    this.taskRunner = taskRunner;
    this.slotListener = slotListener;
    this.partitions = new PartitionTable(taskRunner);
    this.jobs = new JobTable(context, new JobMasterEvents(this));
    TaskExecutorConfig config = context.config();
    this.slots =
        new TaskSlotTable(
            config.resourceId(),
            config.numberOfSlots(),
            new AllocationTimeouts(
                config.timeouts().slot(),
                context.mainThread(),
                context.services().clock(),
                this::onSlotTimeout),
            context.services().transitions());
    this.tasks =
        new TaskTable(
            taskRunner,
            new CancellationWatch(
                config.timeouts(), context.mainThread(), context.services().clock()),
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

  /** The connections and leases; for reading. */
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

  /** Whether a JobMaster uses this TaskExecutor, or tasks go on until one does. */
  boolean isServing() {
    return !jobs.leases().jobs().isEmpty()
        || jobs.all().stream().anyMatch(JobLeaderConnection::isConnected);
  }

  /**
   * Gives slots to a job, and offers them to the job's master.
   *
   * @return those that are not to be had
   */
  List<SlotRefusal> giveSlots(
      JobID jobId, List<SlotAllocation> wanted, JobMasterAddress jobMaster) {
    if (!availability.isOpen()) {
      String closed =
          "TaskExecutor " + context.resourceId() + " gives no slots, it is " + availability.mode();
      return wanted.stream().map(slot -> new SlotRefusal(slot.allocationId(), closed)).toList();
    }
    jobs.get(jobId)
        .filter(connection -> !connection.jobMasterId().equals(jobMaster.jobMasterId()))
        .ifPresent(
            connection ->
                suspend(
                    connection, "the job has a new master, session " + jobMaster.jobMasterId()));
    List<SlotRefusal> refusals = new ArrayList<>(0);
    for (SlotAllocation slot : wanted) {
      try {
        slots.allocate(slot.slotId().slotNumber(), jobId, slot.allocationId());
      } catch (SlotAllocationException e) {
        LOG.debug("A request for job {} is refused: {}", jobId, e.getMessage());
        refusals.add(new SlotRefusal(slot.allocationId(), e.getMessage()));
      }
    }
    if (refusals.size() < wanted.size()) {
      offerSlots(jobId, jobMaster);
    }
    return refusals;
  }

  private void offerSlots(JobID jobId, JobMasterAddress jobMaster) {
    jobs.sessionLives(jobMaster.jobMasterId().value());
    Optional<JobLeaderConnection> existing = jobs.get(jobId);
    if (existing.isPresent()) {
      existing.get().offerSlots();
      return;
    }
    LOG.info("Slots are requested for job {}, whose master is at {}.", jobId, jobMaster.address());
    jobs.connect(jobId, jobMaster);
  }

  /**
   * Takes slots from their job, whose tasks there fail; nothing for those that nobody has.
   *
   * @throws FencingTokenException if a job is not served for the session; none is taken then
   */
  void takeSlots(List<AllocationID> allocationIds, JobMasterId jobMasterId, String reason)
      throws FencingTokenException {
    for (AllocationID allocationId : allocationIds) {
      Optional<JobID> job = slots.jobOf(allocationId);
      if (job.isPresent()) {
        requireServed(job.get(), jobMasterId, "free allocation " + allocationId);
      }
    }
    allocationIds.forEach(
        allocationId -> failAllocation(allocationId, "freed by the JobMaster: " + reason));
  }

  private void requireServed(JobID jobId, JobMasterId jobMasterId, String purpose)
      throws FencingTokenException {
    if (jobs.get(jobId, jobMasterId).isEmpty()) {
      throw new FencingTokenException(
          "Session %s cannot %s: TaskExecutor %s does not serve job %s for it"
              .formatted(jobMasterId, purpose, context.resourceId(), jobId));
    }
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
    tasks.checkNoOther(descriptor.jobId(), descriptor.attemptId());
    boolean isNew =
        slots.addAttempt(descriptor.attemptId(), descriptor.jobId(), descriptor.allocationId());
    if (!isNew) {
      LOG.debug("Attempt {} was submitted again.", descriptor.attemptId());
      return;
    }
    tasks.start(descriptor);
  }

  /**
   * Begins to cancel attempts; nothing for those that do not run here.
   *
   * @throws FencingTokenException if a job is not served for the session; none is cancelled then
   */
  void cancel(List<ExecutionAttemptID> attemptIds, JobMasterId jobMasterId)
      throws FencingTokenException {
    List<Task> running = attemptIds.stream().map(tasks::get).filter(Objects::nonNull).toList();
    for (Task task : running) {
      requireServed(task.jobId(), jobMasterId, "cancel attempt " + task.attemptId());
    }
    if (!running.isEmpty()) {
      LOG.info("Cancelling {} tasks, as their JobMaster asks.", running.size());
    }
    running.forEach(task -> task.cancel("asked for by the JobMaster"));
  }

  /** Results are not needed any more; nothing if the job is served for another session. */
  void releasePartitions(JobID jobId, JobMasterId jobMasterId, List<ExecutionAttemptID> producers) {
    if (jobs.get(jobId, jobMasterId).isPresent()) {
      partitions.release(jobId, producers);
      releaseJobIfOver(jobId);
    }
  }

  /**
   * A JobMaster says goodbye for good. One that arrives during the registration is meant for an
   * earlier connection.
   */
  void disconnectedBy(JobID jobId, JobMasterId jobMasterId, String reason) {
    ifConnected(
        jobId,
        jobMasterId,
        connection -> giveUp(jobId, "its JobMaster ended the connection: " + reason));
  }

  private void ifConnected(
      JobID jobId, JobMasterId jobMasterId, Consumer<JobLeaderConnection> onGoodbye) {
    jobs.get(jobId, jobMasterId)
        .ifPresent(
            connection -> {
              if (connection.isConnected()) {
                onGoodbye.accept(connection);
              } else {
                connection.doubt();
              }
            });
  }

  /** A JobMaster ends with its session, and another one will follow. */
  void suspendedBy(JobID jobId, JobMasterId jobMasterId, String reason) {
    ifConnected(
        jobId,
        jobMasterId,
        connection -> suspend(connection, "it ends with its session: " + reason));
    jobs.sessionMayLive(jobMasterId.value()); // if that goes on without it, the job is over
  }

  /** A process is gone, with the JobMasters in it. */
  void losePeer(String peer, String why) {
    jobs.at(peer).forEach(connection -> suspend(connection, why));
  }

  /** The ResourceManager of the session has taken this TaskExecutor in. */
  void sessionLives(UUID session) {
    jobs.sessionLives(session);
  }

  /** Whether it can be asked who leads. */
  void leaderReachable(boolean reachable) {
    jobs.leaderReachable(reachable);
  }

  /** Who leads: the jobs' masters of other sessions do not any more. */
  void followLeader(Optional<LeaderInformation> leader) {
    jobs.leaderChanged(leader).forEach(jobId -> keepUsedSlots(jobId, "nobody leads"));
    if (leader.isPresent()) {
      UUID session = leader.get().sessionId();
      jobs.all().stream()
          .filter(job -> !job.jobMasterId().value().equals(session))
          .forEach(job -> suspend(job, "another session leads: " + session));
    }
  }

  /**
   * Leaves all JobMasters and cancels all tasks.
   *
   * @return done when the last task has ended, or has taken too long for it
   */
  CompletableFuture<Void> stop(TaskManagerLoss goodbye) {
    leave(goodbye);
    slots.stop();
    return tasks.endAll(goodbye.reason(), context.config().timeouts().stop());
  }

  /** Leaves all JobMasters; slots and tasks stay as they are. */
  void leave(TaskManagerLoss goodbye) {
    jobs.leave(goodbye);
  }

  /** A job's master has ended: its tasks, results and slots are kept for the next one. */
  void suspend(JobLeaderConnection connection, String reason) {
    suspend(connection, false, "its JobMaster does not lead any more: " + reason);
  }

  /** As {@link #suspend}, of a job whose master may go on, out of sight. */
  void loseSight(JobLeaderConnection connection, String reason) {
    suspend(connection, true, "its JobMaster is out of sight: " + reason);
  }

  private void suspend(JobLeaderConnection connection, boolean mayLive, String reason) {
    JobID jobId = connection.jobId();
    if (!jobs.suspend(connection, mayLive, left(reason))) {
      return;
    }
    keepUsedSlots(jobId, reason);
    if (!releaseJobIfOver(jobId)) {
      LOG.info(
          "The JobMaster of job {}, session {}, is lost; its tasks go on: {}",
          jobId,
          connection.jobMasterId(),
          reason);
      jobs.takeToLeader(jobId);
    }
  }

  /** What was offered, and nobody will answer: slots in which tasks run stay with the job. */
  private void keepUsedSlots(JobID jobId, String reason) {
    for (SlotOffer offer : slots.openOffers(jobId)) {
      if (slots.isUsed(offer.allocationId())) {
        slots.markActive(offer.allocationId());
      } else {
        releaseSlot(offer.allocationId(), reason);
      }
    }
  }

  /** A job is not to go on here: its tasks are cancelled, its slots and results given up. */
  void giveUp(JobID jobId, String reason) {
    List<AllocationID> held = slots.allocationsOf(jobId);
    LOG.info("Giving up job {} with {} slots: {}", jobId, held.size(), reason);
    jobs.get(jobId)
        .ifPresent(
            connection -> {
              jobs.remove(connection);
              connection.leave(left("it gave the job up: " + reason));
            });
    jobs.leases().giveUp(jobId);
    partitions.releaseAll(jobId);
    for (AllocationID allocation : held) {
      releaseSlot(allocation, reason).forEach(task -> task.cancel("given up: " + reason));
    }
    releaseJobIfOver(jobId);
  }

  private TaskManagerLoss left(String reason) {
    return TaskManagerLoss.left("TaskExecutor " + context.resourceId() + ": " + reason);
  }

  private void onSlotTimeout(AllocationID allocationId) {
    LOG.info(
        "Allocation {} was not accepted by its JobMaster within {} ms (taskmanager.slot.timeout).",
        allocationId,
        context.config().timeouts().slot().toMillis());
    failAllocation(allocationId, "not accepted by the JobMaster in time");
  }

  /** A job loses a slot: its tasks there fail. */
  void failAllocation(AllocationID allocationId, String reason) {
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
    if (task.leavesResults() && jobs.has(task.jobId())) {
      partitions.add(task.jobId(), task.attemptId());
    }
    jobs.report(task.executionState());
  }

  /** Lets the job go if nothing of it is left here, and nothing to be told. */
  boolean releaseJobIfOver(JobID jobId) {
    if (!slots.isGone(jobId) || partitions.has(jobId) || !jobs.isDrained(jobId)) {
      return false;
    }
    jobs.get(jobId)
        .ifPresent(
            connection -> {
              jobs.remove(connection);
              connection.leave(left("Job " + jobId + " has no slot here any more"));
            });
    jobs.leases().giveUp(jobId);
    LOG.info("Job {} is over on this TaskExecutor.", jobId);
    taskRunner.releaseJob(jobId);
    return true;
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
}
