package org.stellwerk.runtime.jobmaster;

import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.messages.TaskManagerRegistration;

/** A registered TaskExecutor and the one gateway through which its slots' tasks are deployed. */
final class TaskManagerConnection {

  private final TaskManagerRegistration registration;
  private final TaskExecutorGateway taskExecutor;
  private final RpcTaskManagerGateway gateway;
  private final SlotReconciler slotReconciler = new SlotReconciler();
  private RegistrationResponse answer = new RegistrationResponse.Failure("It is being taken in");

  TaskManagerConnection(
      TaskManagerRegistration registration,
      TaskExecutorGateway taskExecutor,
      RpcTaskManagerGateway gateway) {
    this.registration = registration;
    this.taskExecutor = taskExecutor;
    this.gateway = gateway;
  }

  ResourceID id() {
    return location().resourceId();
  }

  TaskManagerLocation location() {
    return registration.location();
  }

  TaskExecutorGateway taskExecutor() {
    return taskExecutor;
  }

  SlotReconciler slotReconciler() {
    return slotReconciler;
  }

  /** Whether the registration is a repetition of that of this connection. */
  boolean isSame(TaskManagerRegistration other) {
    return registration.registrationId().equals(other.registrationId());
  }

  /** Whether it is one of the same process. */
  boolean isSameProcess(TaskManagerRegistration other) {
    return location().equals(other.location()) && address().equals(other.address());
  }

  /** The answer to the registration, for its repetitions, too. */
  RegistrationResponse answer() {
    return answer;
  }

  void answered(RegistrationResponse newAnswer) {
    answer = newAnswer;
  }

  String address() {
    return registration.address();
  }

  /** The same for all slots of the TaskExecutor, so that their tasks travel together. */
  RpcTaskManagerGateway gateway() {
    return gateway;
  }
}
