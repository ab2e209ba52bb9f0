package org.stellwerk.runtime.resourcemanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotRefusal;
import org.stellwerk.runtime.messages.SlotReport;
import org.stellwerk.runtime.messages.SlotStatus;
import org.stellwerk.runtime.resourcemanager.RecordingActions.RequestedSlot;
import org.stellwerk.runtime.resourcemanager.SlotActions.SlotRequest;
import org.stellwerk.util.IdGenerator;

/**
 * Drives a SlotManager and a model of JobMasters and TaskExecutors through random histories:
 * answers that are lost or late, reports that are old, declarations that overtake one another,
 * TaskExecutors that come and go, that are to give no slots, or whose tasks do not end. After each
 * step invariants hold, needs are those that were declared last, no job was asked more slots for
 * than it needs, and none for it of a TaskExecutor that gives none, nor one that is known to be out
 * of use. Once the disturbances end, the view converges to the TaskExecutors' truth, and every need
 * is met as far as there are slots.
 */
class SlotManagerPropertyTest {

  private enum Kind {
    ADD_TASK_EXECUTOR,
    REMOVE_TASK_EXECUTOR,
    REPLACE_TASK_EXECUTOR,
    OPEN_OR_CLOSE,
    TASK_DOES_NOT_END,
    STUCK_TASK_ENDS,
    STUCK_TASK_ENDS_LATE,
    DECLARE,
    DECLARE_LATE,
    CLEAR,
    ANSWER,
    LOSE_REQUEST,
    LOSE_ANSWER,
    ANSWER_LATE,
    FREE,
    FREE_LATE,
    FREE_UNHEARD,
    REPORT,
    REPORT_LATE,
    DELIVER_LATE
  }

  /** What the numbers choose depends on the kind. */
  private record Step(Kind kind, int which, int count) {}

  @Provide
  Arbitrary<List<Step>> histories() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(0, 9),
            Arbitraries.integers().between(0, 7))
        .as(Step::new)
        .list()
        .ofMaxSize(120);
  }

  @Property(tries = 400)
  void anyHistoryKeepsTheBooksRightAndConverges(@ForAll("histories") List<Step> steps) {
    World world = new World();
    for (Step step : steps) {
      world.run(step);
      world.check();
    }
    world.settle();
    world.check();
    world.checkConverged();
  }

  private static final class World {
    private final AtomicLong counter = new AtomicLong();
    private final IdGenerator ids = () -> new UUID(7, counter.incrementAndGet());
    private final RecordingActions actions = new RecordingActions();
    private final SlotManager manager =
        new SlotManager(actions, new EvenSpreadStrategy(), ids, TransitionObserver.NONE);
    private final List<JobID> jobs =
        List.of(JobID.generate(ids), JobID.generate(ids), JobID.generate(ids));
    private final JobMasterAddress jobMaster =
        new JobMasterAddress("jm", JobMasterId.generate(ids));
    private final Map<JobID, Integer> needs = new LinkedHashMap<>();
    private final Map<JobID, Long> versions = new LinkedHashMap<>();
    private final Map<InstanceID, Worker> workers = new LinkedHashMap<>();
    private final List<SlotRequest> inFlight = new ArrayList<>();
    private final List<Runnable> lateMessages = new ArrayList<>();
    private int seenCalls;
    private int names;
    private long version;

    void run(Step step) {
      Set<SlotID> outOfUse = knownToBeOutOfUse();
      perform(step);
      workers.values().forEach(worker -> worker.ended.forEach(outOfUse::remove));
      List<SlotRequest> made = collect();
      if (step.kind != Kind.DELIVER_LATE) { // which may be a report from before
        assertThat(made)
            .flatMap(SlotRequest::slots)
            .noneMatch(slot -> outOfUse.contains(slot.slotId()));
      }
    }

    private Set<SlotID> knownToBeOutOfUse() {
      Set<SlotID> known = new TreeSet<>();
      for (ResourceManagerSnapshot.Registration registration : manager.registrations()) {
        for (ResourceManagerSnapshot.Slot slot : registration.slots()) {
          if (slot.state() == ManagedSlotState.QUARANTINED) {
            known.add(slot.slotId());
          }
        }
      }
      return known;
    }

    private void perform(Step step) {
      JobID job = jobs.get(step.which % jobs.size());
      switch (step.kind) {
        case ADD_TASK_EXECUTOR -> addWorker(1 + step.count % 4);
        case REMOVE_TASK_EXECUTOR -> removeWorker(worker(step.which));
        case REPLACE_TASK_EXECUTOR -> replaceWorker(worker(step.which));
        case OPEN_OR_CLOSE -> openOrClose(worker(step.which), step.count % 2 == 0);
        case TASK_DOES_NOT_END -> {
          Worker worker = workers.get(worker(step.which));
          if (worker != null && !worker.taken.isEmpty()) {
            Map.Entry<SlotID, RequestedSlot> stuck = worker.taken.pollFirstEntry();
            worker.stuck.put(stuck.getKey(), stuck.getValue());
            worker.ended.remove(stuck.getKey());
          }
        }
        case STUCK_TASK_ENDS, STUCK_TASK_ENDS_LATE -> endStuckTask(step);
        case DECLARE -> declare(job, ++version, step.count);
        case DECLARE_LATE -> {
          long sent = ++version;
          lateMessages.add(() -> declare(job, sent, step.count));
        }
        case CLEAR -> {
          needs.remove(job);
          versions.remove(job);
          manager.clearRequirement(job);
        }
        case ANSWER -> answer(step.which, true, true, false);
        case LOSE_REQUEST -> answer(step.which, false, false, false);
        case LOSE_ANSWER -> answer(step.which, true, false, false);
        case ANSWER_LATE -> answer(step.which, true, true, true);
        case FREE, FREE_LATE, FREE_UNHEARD -> free(step);
        case REPORT -> report(worker(step.which)).run();
        case REPORT_LATE -> lateMessages.add(report(worker(step.which)));
        case DELIVER_LATE -> {
          if (!lateMessages.isEmpty()) {
            lateMessages.remove(step.which % lateMessages.size()).run();
          }
        }
      }
    }

    private List<SlotRequest> collect() {
      List<SlotRequest> made = List.copyOf(actions.calls.subList(seenCalls, actions.calls.size()));
      assertThat(made)
          .extracting(request -> List.of(request.registrationId(), request.jobId()))
          .as("one call a TaskExecutor and job")
          .doesNotHaveDuplicates();
      for (SlotRequest request : made) {
        assertThat(manager.taken(request.jobId())).isLessThanOrEqualTo(needs.get(request.jobId()));
        assertThat(workers.get(request.registrationId()))
            .satisfies(
                worker -> {
                  assertThat(worker.open).as("open for requests").isTrue();
                  assertThat(request.slots())
                      .isNotEmpty()
                      .allMatch(slot -> slot.slotId().resourceId().equals(worker.resourceId));
                });
      }
      inFlight.addAll(made);
      seenCalls += made.size();
      return made;
    }

    private void addWorker(int slots) {
      if (workers.size() < 5) {
        InstanceID id = InstanceID.generate(ids);
        Worker worker = new Worker(new ResourceID("te" + names++), slots);
        workers.put(id, worker);
        manager.registerTaskExecutor(id, worker.report(), true);
      }
    }

    private @Nullable InstanceID worker(int which) {
      return workers.isEmpty()
          ? null
          : new ArrayList<>(workers.keySet()).get(which % workers.size());
    }

    /** It does not matter to a TaskExecutor under which registration it was meant. */
    private @Nullable Worker workerOf(SlotRequest request) {
      return workers.values().stream()
          .filter(worker -> worker.resourceId.equals(request.slots().get(0).slotId().resourceId()))
          .findFirst()
          .orElse(null);
    }

    private void removeWorker(@Nullable InstanceID id) {
      if (id != null) {
        workers.remove(id);
        manager.unregisterTaskExecutor(id);
      }
    }

    private void openOrClose(@Nullable InstanceID id, boolean open) {
      Worker worker = id == null ? null : workers.get(id);
      if (id != null && worker != null) {
        worker.open = open;
        manager.setOpen(id, open);
      }
    }

    /** Its slot is free then, which is announced. */
    private void endStuckTask(Step step) {
      InstanceID id = worker(step.which);
      Worker worker = id == null ? null : workers.get(id);
      if (id == null || worker == null || worker.stuck.isEmpty()) {
        return;
      }
      Map.Entry<SlotID, RequestedSlot> ended = worker.stuck.pollFirstEntry();
      worker.ended.add(ended.getKey());
      Runnable message = () -> manager.slotsFreed(id, List.of(ended.getValue().slot()));
      if (step.kind == Kind.STUCK_TASK_ENDS) {
        message.run();
      } else {
        lateMessages.add(message);
      }
    }

    /** The same TaskExecutor registers again. */
    private void replaceWorker(@Nullable InstanceID former) {
      Worker worker = former == null ? null : workers.remove(former);
      if (former != null && worker != null) {
        InstanceID id = InstanceID.generate(ids);
        workers.put(id, worker);
        manager.replaceTaskExecutor(former, id, worker.report(), worker.open);
      }
    }

    private void declare(JobID job, long sent, int slots) {
      boolean newer = sent >= versions.getOrDefault(job, 0L);
      assertThat(manager.declareRequirement(job, jobMaster, sent, slots)).isEqualTo(newer);
      if (newer) {
        versions.put(job, sent);
        needs.put(job, slots);
      }
    }

    private void answer(int which, boolean arrives, boolean heard, boolean late) {
      if (inFlight.isEmpty()) {
        return;
      }
      SlotRequest request = inFlight.remove(which % inFlight.size());
      Worker worker = workerOf(request);
      boolean done = arrives && worker != null;
      List<SlotRefusal> refusals = done ? worker.allocate(request) : List.of();
      Runnable answer =
          done && heard
              ? () -> manager.requestAnswered(request, refusals)
              : () -> manager.requestFailed(request, "lost");
      if (late) {
        lateMessages.add(answer);
      } else {
        answer.run();
      }
    }

    private void free(Step step) {
      InstanceID id = worker(step.which);
      Worker worker = id == null ? null : workers.get(id);
      if (id == null || worker == null || worker.taken.isEmpty()) {
        return;
      }
      List<SlotAllocation> freed = new ArrayList<>();
      while (freed.size() <= step.count / 3 && !worker.taken.isEmpty()) {
        freed.add(worker.taken.pollFirstEntry().getValue().slot());
      }
      Runnable message = () -> manager.slotsFreed(id, freed);
      if (step.kind == Kind.FREE) {
        message.run();
      } else if (step.kind == Kind.FREE_LATE) {
        lateMessages.add(message);
      }
    }

    void check() {
      manager.checkInvariants();
      Map<JobID, Integer> known = new LinkedHashMap<>();
      manager.needs().forEach(need -> known.put(need.jobId(), need.required()));
      assertThat(known).isEqualTo(needs);
      assertThat(manager.totalSlots())
          .isEqualTo(workers.values().stream().mapToInt(worker -> worker.slots).sum());
      assertThat(actions.requests).extracting(RequestedSlot::allocationId).doesNotHaveDuplicates();
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
        collect();
      }
      for (int round = 0; round < 6; round++) {
        while (!inFlight.isEmpty()) {
          SlotRequest request = inFlight.remove(0);
          Worker worker = workerOf(request);
          if (worker != null) {
            manager.requestAnswered(request, worker.allocate(request));
          } else {
            manager.requestFailed(request, "gone");
          }
          collect();
        }
        for (InstanceID id : workers.keySet()) {
          report(id).run();
          collect();
        }
      }
    }

    void checkConverged() {
      int total = workers.values().stream().mapToInt(worker -> worker.slots).sum();
      assertThat(manager.totalSlots()).isEqualTo(total);
      assertThat(manager.freeSlots())
          .isEqualTo(workers.values().stream().mapToInt(Worker::free).sum());
      assertThat(knownToBeOutOfUse())
          .isEqualTo(
              workers.values().stream()
                  .flatMap(worker -> worker.stuck.keySet().stream())
                  .collect(Collectors.toCollection(TreeSet::new)));
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
    private final TreeMap<SlotID, RequestedSlot> taken = new TreeMap<>();
    private boolean open = true;

    /** Those in which a task of their last holder does not end, and those in which it has. */
    private final TreeMap<SlotID, RequestedSlot> stuck = new TreeMap<>();

    private final Set<SlotID> ended = new TreeSet<>();

    Worker(ResourceID resourceId, int slots) {
      this.resourceId = resourceId;
      this.slots = slots;
    }

    List<SlotRefusal> allocate(SlotRequest request) {
      List<SlotRefusal> refusals = new ArrayList<>();
      for (RequestedSlot wanted : RequestedSlot.of(request)) {
        RequestedSlot holder = stuck.get(wanted.slotId());
        if (holder == null) {
          holder = taken.putIfAbsent(wanted.slotId(), wanted);
        }
        if (holder != null && !holder.allocationId().equals(wanted.allocationId())) {
          refusals.add(new SlotRefusal(wanted.allocationId(), "taken"));
        }
      }
      return refusals;
    }

    /** As many as jobs may get. */
    int free() {
      return open ? slots - taken.size() - stuck.size() : 0;
    }

    SlotReport report() {
      List<SlotStatus> statuses = new ArrayList<>();
      for (int i = 0; i < slots; i++) {
        SlotID slotId = new SlotID(resourceId, i);
        RequestedSlot request = taken.getOrDefault(slotId, stuck.get(slotId));
        statuses.add(
            request == null
                ? new SlotStatus(slotId, null, null)
                : new SlotStatus(
                    slotId, request.allocationId(), request.jobId(), stuck.containsKey(slotId)));
      }
      return new SlotReport(statuses);
    }
  }
}
