package org.stellwerk.runtime.resourcemanager;

import java.util.ArrayList;
import java.util.List;
import org.stellwerk.runtime.id.JobID;

final class RecordingActions implements SlotActions {

  record Shortage(JobID jobId, int acquired, int total) {}

  final List<SlotRequest> requests = new ArrayList<>();
  final List<Shortage> shortages = new ArrayList<>();

  @Override
  public void requestSlot(SlotRequest request) {
    requests.add(request);
  }

  @Override
  public void notifyNotEnoughResources(JobID jobId, int acquiredSlots, int totalSlots) {
    shortages.add(new Shortage(jobId, acquiredSlots, totalSlots));
  }
}
