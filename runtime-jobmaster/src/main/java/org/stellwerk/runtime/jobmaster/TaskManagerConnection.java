package org.stellwerk.runtime.jobmaster;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/** A registered TaskExecutor and the one gateway through which its slots' tasks are deployed. */
final class TaskManagerConnection {

  private final TaskManagerLocation location;
  private final String address;
  private final TaskExecutorGateway taskExecutor;
  private final SlotReconciler slotReconciler = new SlotReconciler();
  private @Nullable RpcTaskManagerGateway gateway;

  TaskManagerConnection(
      TaskManagerLocation location, String address, TaskExecutorGateway taskExecutor) {
    this.location = location;
    this.address = address;
    this.taskExecutor = taskExecutor;
  }

  ResourceID id() {
    return location.resourceId();
  }

  TaskManagerLocation location() {
    return location;
  }

  TaskExecutorGateway taskExecutor() {
    return taskExecutor;
  }

  SlotReconciler slotReconciler() {
    return slotReconciler;
  }

  /** Whether a registration with these data is a repetition of this one. */
  boolean isSame(TaskManagerLocation otherLocation, String otherAddress) {
    return location.equals(otherLocation) && address.equals(otherAddress);
  }

  String address() {
    return address;
  }

  /** The same for all slots of the TaskExecutor, so that their tasks travel together. */
  RpcTaskManagerGateway gateway(Function<TaskExecutorGateway, RpcTaskManagerGateway> factory) {
    RpcTaskManagerGateway made = gateway;
    if (made == null) {
      made = factory.apply(taskExecutor);
      gateway = made;
    }
    return made;
  }
}
