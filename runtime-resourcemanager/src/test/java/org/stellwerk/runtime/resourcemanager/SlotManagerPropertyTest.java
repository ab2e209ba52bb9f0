package org.stellwerk.runtime.resourcemanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.resourcemanager.SlotActions.SlotRequest;
import org.stellwerk.util.IdGenerator;

/**
 * Drives a SlotManager and a model of TaskExecutors with random events: answers that are lost or
 * late, reports that are old, TaskExecutors that come and go. Invariants hold after each; and once
 * the disturbances end, the view converges to the TaskExecutors' truth and every need is met as far
 * as there are slots.
 */
class SlotManagerPropertyTest {

  @Property(tries = 300)
  void anySequenceOfEventsKeepsTheInvariantsAndConverges(@ForAll long seed) {
    World world = new World(seed);
    for (int i = 0; i < 150; i++) {
      world.step();
      world.manager.checkInvariants();
    }
    world.settle();
    world.manager.checkInvariants();
    world.checkConverged();
  }

  private static final class World {
    private final Random random;
    private final IdGenerator ids;
    private final RecordingActions actions = new RecordingActions();
    private final SlotManager manager;
    private final List<JobID> jobs = new ArrayList<>();
    private final Map<JobID, Integer> needs = new LinkedHashMap<>();
    private final Map<InstanceID, Worker> workers = new LinkedHashMap<>();
    private final List<SlotRequest> inFlight = new ArrayList<>();
    private final List<Runnable> lateMessages = new ArrayList<>();
    private final JobMasterAddress jobMaster;
    private int seenRequests;
    private int names;
    private long version;

    World(long seed) {
      random = new Random(seed);
      ids = () -> new UUID(random.nextLong(), random.nextLong());
      manager = new SlotManager(actions, new EvenSpreadStrategy(), ids, TransitionObserver.NONE);
      jobMaster = new JobMasterAddress("jm", JobMasterId.generate(ids));
      for (int i = 0; i < 3; i++) {
        jobs.add(JobID.generate(ids));
      }
    }

    void step() {
      switch (random.nextInt(12)) {
        case 0 -> addWorker();
        case 1 -> removeWorker();
        case 2, 3 -> declare(jobs.get(random.nextInt(jobs.size())), random.nextInt(8));
        case 4, 5, 6 -> deliverRequest();
        case 7 -> freeSlot();
        case 8 -> lateMessages.add(report(anyWorker()));
        case 9 -> report(anyWorker()).run();
        case 10 -> deliverLate();
        default -> clear(jobs.get(random.nextInt(jobs.size())));
      }
      collect();
    }

    private void collect() {
      while (seenRequests < actions.requests.size()) {
        inFlight.add(actions.requests.get(seenRequests++));
      }
    }

    private void addWorker() {
      if (workers.size() < 5) {
        InstanceID id = InstanceID.generate(ids);
        Worker worker = new Worker(new ResourceID("te" + names++), 1 + random.nextInt(4));
        workers.put(id, worker);
        manager.registerTaskExecutor(id, worker.report());
      }
    }

    private void removeWorker() {
      InstanceID id = anyWorker();
      if (id != null) {
        workers.remove(id);
        manager.unregisterTaskExecutor(id);
      }
    }

    private @Nullable InstanceID anyWorker() {
      return workers.isEmpty()
          ? null
          : new ArrayList<>(workers.keySet()).get(random.nextInt(workers.size()));
    }

    private void declare(JobID jobId, int slots) {
      needs.put(jobId, slots);
      manager.declareRequirement(jobId, jobMaster, ++version, slots);
    }

    private void clear(JobID jobId) {
      needs.remove(jobId);
      manager.clearRequirement(jobId);
    }

    private void deliverRequest() {
      if (inFlight.isEmpty()) {
        return;
      }
      SlotRequest request = inFlight.remove(random.nextInt(inFlight.size()));
      Worker worker = workers.get(request.registrationId());
      boolean arrives = random.nextInt(5) > 0;
      boolean done = arrives && worker != null && worker.allocate(request);
      Runnable answer =
          done && random.nextInt(5) > 0
              ? () -> manager.requestSucceeded(request)
              : () -> manager.requestFailed(request, "refused or lost");
      if (random.nextBoolean()) {
        answer.run();
      } else {
        lateMessages.add(answer);
      }
    }

    private void deliverLate() {
      if (!lateMessages.isEmpty()) {
        lateMessages.remove(random.nextInt(lateMessages.size())).run();
      }
    }

    private void freeSlot() {
      InstanceID id = anyWorker();
      Worker worker = id == null ? null : workers.get(id);
      if (id == null || worker == null || worker.taken.isEmpty()) {
        return;
      }
      SlotID slotId = worker.taken.firstKey();
      SlotRequest freed = worker.taken.pollFirstEntry().getValue();
      if (random.nextInt(4) > 0) {
        Runnable message = () -> manager.slotFreed(id, slotId, freed.allocationId());
        if (random.nextBoolean()) {
          message.run();
        } else {
          lateMessages.add(message);
        }
      }
    }

    private Runnable report(@Nullable InstanceID id) {
      Worker worker = id == null ? null : workers.get(id);
      if (id == null || worker == null) {
        return () -> {};
      }
      SlotReport report = worker.report();
      return () -> manager.reportSlots(id, report);
    }

    /** Everything under way arrives, then reports and requests flow undisturbed. */
    void settle() {
      while (!lateMessages.isEmpty()) {
        lateMessages.remove(0).run();
      }
      for (int round = 0; round < 6; round++) {
        collect();
        while (!inFlight.isEmpty()) {
          SlotRequest request = inFlight.remove(0);
          Worker worker = workers.get(request.registrationId());
          if (worker != null && worker.allocate(request)) {
            manager.requestSucceeded(request);
          } else {
            manager.requestFailed(request, "refused");
          }
          collect();
        }
        for (InstanceID id : workers.keySet()) {
          report(id).run();
        }
      }
    }

    void checkConverged() {
      int total = workers.values().stream().mapToInt(worker -> worker.slots).sum();
      int taken = workers.values().stream().mapToInt(worker -> worker.taken.size()).sum();
      assertThat(manager.totalSlots()).isEqualTo(total);
      assertThat(manager.freeSlots()).isEqualTo(total - taken);
      for (JobID jobId : jobs) {
        long atWorkers =
            workers.values().stream()
                .flatMap(worker -> worker.taken.values().stream())
                .filter(request -> request.jobId().equals(jobId))
                .count();
        assertThat(manager.taken(jobId)).isEqualTo((int) atWorkers);
        if (manager.freeSlots() > 0) {
          assertThat(manager.taken(jobId)).isGreaterThanOrEqualTo(needs.getOrDefault(jobId, 0));
        }
      }
    }
  }

  private static final class Worker {
    private final ResourceID resourceId;
    private final int slots;
    private final TreeMap<SlotID, SlotRequest> taken = new TreeMap<>();

    Worker(ResourceID resourceId, int slots) {
      this.resourceId = resourceId;
      this.slots = slots;
    }

    boolean allocate(SlotRequest request) {
      SlotRequest former = taken.putIfAbsent(request.slotId(), request);
      return former == null || former.allocationId().equals(request.allocationId());
    }

    SlotReport report() {
      List<SlotStatus> statuses = new ArrayList<>();
      for (int i = 0; i < slots; i++) {
        SlotID slotId = new SlotID(resourceId, i);
        SlotRequest request = taken.get(slotId);
        statuses.add(
            request == null
                ? new SlotStatus(slotId, null, null)
                : new SlotStatus(slotId, request.allocationId(), request.jobId()));
      }
      return new SlotReport(statuses);
    }
  }
}
