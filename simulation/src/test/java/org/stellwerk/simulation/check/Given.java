package org.stellwerk.simulation.check;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolSnapshot;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.JobReport.HeldExecution;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.runtime.messages.TaskManagerRegistration;
import org.stellwerk.runtime.taskexecutor.SlotState;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.Job;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.RunningTask;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.Slot;

/** Hand-made pieces of snapshots. */
final class Given {

  static final ResourceID TM = new ResourceID("tm");
  static final String TM_PROCESS = "tm#1";
  static final String JM_PROCESS = "jm#1";
  static final UUID SESSION = new UUID(7, 1);
  static final UUID NEXT_SESSION = new UUID(7, 2);
  static final InstanceID REGISTRATION = new InstanceID(new UUID(8, 1));
  static final JobID JOB = job(1);

  private Given() {}

  static JobID job(int number) {
    return new JobID(new UUID(1, number));
  }

  static AllocationID allocation(int number) {
    return new AllocationID(new UUID(2, number));
  }

  static SlotID slot(int index) {
    return new SlotID(TM, index);
  }

  static JobMasterId jobMaster(UUID session) {
    return new JobMasterId(session);
  }

  /** The attempt of subtask 0 of the vertex. */
  static ExecutionAttemptID attempt(int vertex, int number) {
    return new ExecutionAttemptID(
        new ExecutionGraphId(new UUID(3, 1)),
        new ExecutionVertexID(new JobVertexID(new UUID(4, vertex)), 0),
        number);
  }

  static Slot free(int index) {
    return new Slot(slot(index), SlotState.FREE, null, null, List.of());
  }

  static Slot taken(int index, SlotState state, int allocation, ExecutionAttemptID... attempts) {
    return new Slot(slot(index), state, allocation(allocation), JOB, List.of(attempts));
  }

  static RunningTask task(ExecutionAttemptID attempt) {
    return new RunningTask(attempt, JOB, ExecutionState.RUNNING);
  }

  /** A TaskExecutor that follows SESSION and serves JOB for it. */
  static TaskExecutorSnapshot taskExecutor(List<Slot> slots, RunningTask... tasks) {
    return taskExecutor(SESSION, slots, tasks);
  }

  static TaskExecutorSnapshot taskExecutor(
      @Nullable UUID session, List<Slot> slots, RunningTask... tasks) {
    return new TaskExecutorSnapshot(
        TM,
        session,
        REGISTRATION,
        slots,
        List.of(tasks),
        List.of(new Job(JOB, jobMaster(SESSION), true)),
        List.of(),
        Availability.INITIAL);
  }

  /** A JobMaster of JOB in SESSION that runs these. */
  static JobMasterSnapshot jobMaster(List<ExecutionSnapshot> executions) {
    return jobMaster(1, 1, executions);
  }

  static JobMasterSnapshot jobMaster(JobStatus status) {
    return new JobMasterSnapshot(
        JOB,
        jobMaster(SESSION),
        status,
        List.of(),
        0,
        new SlotPoolSnapshot(1, 1, 0, List.of()),
        List.of(),
        true);
  }

  static JobMasterSnapshot jobMaster(
      long version, int required, List<ExecutionSnapshot> executions) {
    return new JobMasterSnapshot(
        JOB,
        jobMaster(SESSION),
        JobStatus.RUNNING,
        executions,
        executions.size(),
        new SlotPoolSnapshot(required, version, 0, List.of()),
        List.of(),
        true);
  }

  /** The TaskExecutor registers for JOB, and reports what it has of it. */
  static TaskManagerRegistration registration(HeldExecution... executions) {
    return new TaskManagerRegistration(
        JOB,
        REGISTRATION,
        "taskexecutor",
        new TaskManagerLocation(TM, "host", 1),
        new JobReport(List.of(), List.of(executions)),
        List.of());
  }
}
