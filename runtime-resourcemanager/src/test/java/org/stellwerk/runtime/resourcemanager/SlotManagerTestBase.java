package org.stellwerk.runtime.resourcemanager;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.resourcemanager.RecordingActions.RequestedSlot;
import org.stellwerk.util.IdGenerator;

/** A SlotManager whose wishes are recorded, and whose invariants hold after each test. */
abstract class SlotManagerTestBase {

  private final AtomicLong counter = new AtomicLong();
  final IdGenerator ids = () -> new UUID(7, counter.incrementAndGet());
  final RecordingActions actions = new RecordingActions();
  final SlotManager manager =
      new SlotManager(actions, new EvenSpreadStrategy(), ids, TransitionObserver.NONE);
  final JobID job = JobID.generate(ids);
  final JobID otherJob = JobID.generate(ids);
  final JobMasterAddress jobMaster = new JobMasterAddress("jm", JobMasterId.generate(ids));
  long version;

  @AfterEach
  void invariantsHold() {
    manager.checkInvariants();
  }

  final InstanceID register(String name, int slots) {
    InstanceID id = InstanceID.generate(ids);
    manager.registerTaskExecutor(id, freeReport(name, slots), true);
    return id;
  }

  static SlotReport freeReport(String name, int slots) {
    List<SlotStatus> statuses = new ArrayList<>();
    for (int i = 0; i < slots; i++) {
      statuses.add(new SlotStatus(new SlotID(new ResourceID(name), i), null, null));
    }
    return new SlotReport(statuses);
  }

  final void declare(JobID jobId, int slots) {
    manager.declareRequirement(jobId, jobMaster, ++version, slots);
  }

  /** One of the slots that were asked for, in the order of the requests. */
  final RequestedSlot request(int index) {
    return actions.requests.get(index);
  }
}
