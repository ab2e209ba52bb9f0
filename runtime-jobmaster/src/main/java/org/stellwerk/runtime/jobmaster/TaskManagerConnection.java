package org.stellwerk.runtime.jobmaster;

import java.util.List;
import org.stellwerk.runtime.executiongraph.TaskFailedException;
import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.TaskManagerRegistration;
import org.stellwerk.runtime.messages.exceptions.UnknownTaskExecutorException;
import org.stellwerk.runtime.scheduler.Adoption;

/** A registered TaskExecutor and the one gateway through which its slots' tasks are deployed. */
final class TaskManagerConnection {

  private final TaskManagerRegistration registration;
  private final RpcTaskManagerGateway gateway;
  private final SlotReconciler slotReconciler = new SlotReconciler();
  private RegistrationResponse answer = new RegistrationResponse.Failure("It is being taken in");

  TaskManagerConnection(TaskManagerRegistration registration, RpcTaskManagerGateway gateway) {
    this.registration = registration;
    this.gateway = gateway;
  }

  /**
   * The answer to one who comes when the job is over, or this JobMaster ends. As long as the result
   * is not stored a later leader may have to go on with the job, so what its tasks have ended with
   * must not be forgotten yet.
   */
  static RegistrationResponse tooLate(JobID jobId, boolean resultDurable) {
    return resultDurable
        ? new RegistrationResponse.Rejection("Job " + jobId + " is over")
        : new RegistrationResponse.Failure(
            "Job " + jobId + " ends here, and its result is not stored yet");
  }

  /** The refusal of what one asks who is not, or no more, registered. */
  static UnknownTaskExecutorException unknown(ResourceID taskManagerId, JobID jobId) {
    return new UnknownTaskExecutorException(
        "TaskManager "
            + taskManagerId
            + " is not registered at the JobMaster of job "
            + jobId
            + "; it has to register again");
  }

  static TaskFailedException slotFailure(
      ResourceID taskManagerId, AllocationID allocationId, String reason) {
    return new TaskFailedException(
        "Slot " + allocationId + " of TaskManager " + taskManagerId + " failed: " + reason);
  }

  ResourceID id() {
    return location().resourceId();
  }

  TaskManagerLocation location() {
    return registration.location();
  }

  /** Sends what is collected of calls for its slots and tasks; for others, which come behind. */
  TaskExecutorGateway flushed() {
    return gateway.flushed();
  }

  SlotReconciler slotReconciler() {
    return slotReconciler;
  }

  InstanceID registrationId() {
    return registration.registrationId();
  }

  /** Whether the registration is a repetition of that of this connection. */
  boolean isSame(TaskManagerRegistration other) {
    return registration.registrationId().equals(other.registrationId())
        && registration.jobId().equals(other.jobId());
  }

  private boolean isSameProcess(TaskManagerRegistration other) {
    return location().equals(other.location()) && address().equals(other.address());
  }

  /**
   * Whether the same process registers again with what it had: it had lost sight of this JobMaster,
   * and has kept its slots and tasks. One that reports nothing has given them up.
   */
  boolean isContinuedBy(TaskManagerRegistration other) {
    return isSameProcess(other) && !other.report().equals(JobReport.EMPTY);
  }

  /** What the job has of the TaskExecutor stays, under another registration. */
  TaskManagerConnection with(TaskManagerRegistration other) {
    return new TaskManagerConnection(other, gateway);
  }

  /** What a registration means that does not continue this one. */
  TaskManagerLoss lossBy(TaskManagerRegistration other) {
    // What it has of the job it would report: it has given up what it had before.
    return isSameProcess(other)
        ? TaskManagerLoss.left("it has ended its connection, and registered again")
        : TaskManagerLoss.gone("another one has registered under its id");
  }

  /** Whether it was taken in, with all that belongs to that. */
  boolean isTakenIn() {
    return answer instanceof RegistrationResponse.JobMasterTaskExecutorSuccess;
  }

  /** The answer to the registration, for its repetitions, too. */
  RegistrationResponse answer() {
    return answer;
  }

  /** Slots that it has offered with its registration. */
  List<SlotOffer> offers() {
    return registration.offers();
  }

  /** The TaskExecutor is taken in; returns the answer. */
  RegistrationResponse accept(
      ResourceID jobMaster, Adoption goesOnWith, List<SlotOffer> acceptedOffers) {
    answer =
        new RegistrationResponse.JobMasterTaskExecutorSuccess(
            jobMaster, goesOnWith.slots(), goesOnWith.attempts(), acceptedOffers);
    return answer;
  }

  String address() {
    return registration.address();
  }

  /** The same for all slots of the TaskExecutor, so that their tasks travel together. */
  RpcTaskManagerGateway gateway() {
    return gateway;
  }
}
