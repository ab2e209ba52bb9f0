package org.stellwerk.runtime.resourcemanager;

import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.TaskExecutorRegistration;
import org.stellwerk.runtime.messages.TaskManagerInfo;

/** One registered TaskExecutor, with what its last heartbeat said. */
final class TaskExecutorConnection {

  private final InstanceID registrationId;
  private final TaskExecutorRegistration registration;
  private final TaskExecutorGateway gateway;
  private long lastHeartbeatMs;
  private long freeHeap;
  private Availability availability;

  TaskExecutorConnection(
      InstanceID registrationId,
      TaskExecutorRegistration registration,
      TaskExecutorGateway gateway,
      long nowMs) {
    this.registrationId = registrationId;
    this.registration = registration;
    this.gateway = gateway;
    this.lastHeartbeatMs = nowMs;
    this.freeHeap = registration.hardware().maxHeap();
    this.availability = registration.availability();
  }

  InstanceID registrationId() {
    return registrationId;
  }

  ResourceID resourceId() {
    return registration.location().resourceId();
  }

  TaskExecutorGateway gateway() {
    return gateway;
  }

  ResourceManagerSnapshot.TaskExecutor snapshot() {
    return new ResourceManagerSnapshot.TaskExecutor(
        resourceId(), registrationId, registration.taskExecutorAddress(), availability.mode());
  }

  Availability availability() {
    return availability;
  }

  /** What it reports; false if nothing is new, or something newer is known. */
  boolean isNews(Availability reported) {
    if (reported.version() <= availability.version()) {
      return false;
    }
    availability = reported;
    return true;
  }

  void heartbeat(long nowMs, long nowFreeHeap) {
    lastHeartbeatMs = nowMs;
    freeHeap = nowFreeHeap;
  }

  TaskManagerInfo info(int slotsTotal, int slotsFree) {
    return new TaskManagerInfo(
        registration.location(),
        registration.taskExecutorAddress(),
        registration.hardware(),
        slotsTotal,
        slotsFree,
        lastHeartbeatMs,
        freeHeap,
        availability.mode());
  }
}
