package org.stellwerk.runtime.taskexecutor;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.RegistrationResponse;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;
import org.stellwerk.runtime.messages.exceptions.TaskSubmissionException;

/**
 * What the connections to JobMasters tell and ask, and what it means for the slots, tasks and
 * results of their jobs. Part of {@link ServedJobs}, in the main thread; stateless.
 */
final class JobMasterEvents implements JobTable.Owner {

  private static final Logger LOG = LoggerFactory.getLogger(JobMasterEvents.class);

  private final ServedJobs served;

  JobMasterEvents(ServedJobs served) {
    this.served = served;
  }

  @Override
  public List<TaskExecutorHeartbeat.ExecutionStatus> executionsOf(JobID jobId) {
    return served.tasks().executionsOf(jobId);
  }

  @Override
  public List<AllocationID> activeSlots(JobID jobId) {
    return served.slots().activeAllocations(jobId);
  }

  @Override
  public List<SlotOffer> openOffers(JobID jobId) {
    return served.slots().openOffers(jobId);
  }

  @Override
  public void onOfferAnswered(
      JobLeaderConnection connection,
      List<SlotOffer> offered,
      List<SlotOffer> accepted,
      String reasonForOthers) {
    Set<AllocationID> acceptedIds =
        accepted.stream()
            .map(SlotOffer::allocationId)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    for (SlotOffer offer : offered) {
      if (!acceptedIds.contains(offer.allocationId())) {
        served.failAllocation(offer.allocationId(), reasonForOthers);
      } else if (!served.slots().markActive(offer.allocationId())) {
        connection.failSlot(offer, "It was released before it was accepted.");
      }
    }
  }

  @Override
  public void onAttemptRefused(JobID jobId, ExecutionAttemptID attemptId, String reason) {
    Task task = served.tasks().get(attemptId);
    if (task != null) {
      task.fail(new TaskSubmissionException("The JobMaster does not know it: " + reason));
    }
    served.partitions().release(jobId, List.of(attemptId));
  }

  @Override
  public void onStatesAcknowledged(JobLeaderConnection connection) {
    if (served.connections().isCurrent(connection)) {
      served.releaseJobIfOver(connection.jobId());
    }
  }

  @Override
  public JobReport reportOf(JobID jobId, List<TaskExecutionState> ended) {
    return JobReports.of(jobId, served, ended);
  }

  @Override
  public void onRegistered(
      JobLeaderConnection connection,
      JobReport report,
      RegistrationResponse.JobMasterTaskExecutorSuccess answer) {
    JobID jobId = connection.jobId();
    List<TaskExecutionState> untold = served.connections().leases().takenOver(jobId);
    Set<AllocationID> kept = new LinkedHashSet<>(answer.slots());
    Set<ExecutionAttemptID> adopted = new LinkedHashSet<>(answer.attempts());
    for (SlotOffer slot : report.slots()) {
      if (!kept.contains(slot.allocationId())) {
        served.failAllocation(slot.allocationId(), "its job's new JobMaster does not need it");
      } else if (!served.slots().markActive(slot.allocationId())) {
        connection.failSlot(slot, "It was released before it was taken over.");
      }
    }
    for (JobReport.HeldExecution held : report.executions()) {
      if (!adopted.contains(held.attemptId())) {
        onAttemptRefused(jobId, held.attemptId(), "its new JobMaster does not go on with it");
      }
    }
    // What began since the report is this JobMaster's.
    Set<ExecutionAttemptID> refused = new LinkedHashSet<>();
    report.executions().forEach(held -> refused.add(held.attemptId()));
    refused.removeAll(adopted);
    untold.stream().filter(end -> !refused.contains(end.attemptId())).forEach(connection::report);
    if (!report.equals(JobReport.EMPTY)) {
      LOG.info(
          "The JobMaster of job {}, session {}, goes on with {} of {} tasks and {} of {} slots.",
          jobId,
          connection.jobMasterId(),
          adopted.size(),
          report.executions().size(),
          kept.size(),
          report.slots().size());
      served.releaseJobIfOver(jobId);
    }
  }

  @Override
  public void onJobMasterNotFound(JobLeaderConnection connection) {
    served.connections().askDispatcher(connection);
  }

  @Override
  public void onJobMasterEnded(JobLeaderConnection connection, String reason) {
    served.suspend(connection, reason);
    served.connections().sessionMayLive(connection.jobMasterId().value());
  }

  @Override
  public void onJobMasterSilent(JobLeaderConnection connection, String reason) {
    if (served.connections().isKnownToLead(connection.jobMasterId())) {
      onRefused(connection, "its JobMaster leads, but cannot be reached: " + reason);
    } else {
      served.loseSight(connection, reason);
    }
  }

  @Override
  public void onRefused(JobLeaderConnection connection, String reason) {
    if (served.connections().isCurrent(connection)) {
      served.giveUp(connection.jobId(), reason);
    }
  }

  @Override
  public void onJobOver(JobLeaderConnection connection, String reason) {
    onRefused(connection, reason);
  }

  @Override
  public void onLeaseOver(JobID jobId, String reason) {
    served.giveUp(jobId, reason);
  }
}
