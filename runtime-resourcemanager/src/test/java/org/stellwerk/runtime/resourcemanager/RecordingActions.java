package org.stellwerk.runtime.resourcemanager;

import java.util.ArrayList;
import java.util.List;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.SlotAllocation;

final class RecordingActions implements SlotActions {

  record Shortage(JobID jobId, int acquired, int total) {}

  /** One slot of a request. */
  record RequestedSlot(
      InstanceID registrationId, JobID jobId, JobMasterAddress jobMaster, SlotAllocation slot) {

    static List<RequestedSlot> of(SlotRequest request) {
      return request.slots().stream()
          .map(
              slot ->
                  new RequestedSlot(
                      request.registrationId(), request.jobId(), request.jobMaster(), slot))
          .toList();
    }

    SlotID slotId() {
      return slot.slotId();
    }

    AllocationID allocationId() {
      return slot.allocationId();
    }

    /** As if nothing else had been asked for. */
    SlotRequest alone() {
      return new SlotRequest(registrationId, jobId, jobMaster, List.of(slot));
    }
  }

  final List<SlotRequest> calls = new ArrayList<>();
  final List<RequestedSlot> requests = new ArrayList<>();
  final List<Shortage> shortages = new ArrayList<>();

  @Override
  public void requestSlots(SlotRequest request, SlotManager asking) {
    calls.add(request);
    requests.addAll(RequestedSlot.of(request));
  }

  @Override
  public void notifyNotEnoughResources(JobID jobId, int acquiredSlots, int totalSlots) {
    shortages.add(new Shortage(jobId, acquiredSlots, totalSlots));
  }
}
