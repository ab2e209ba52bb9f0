package org.stellwerk.runtime.resourcemanager;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.heartbeat.MonitoredPeers;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.Availability;

/**
 * Passes on what TaskExecutors say of their availability: to the SlotManager whether they give
 * slots, to JobMasters which of them are being drained. Component of the ResourceManager, in its
 * main thread.
 */
final class Availabilities {

  private static final Logger LOG = LoggerFactory.getLogger(Availabilities.class);

  private final MonitoredPeers<ResourceID, TaskExecutorConnection> taskExecutors;
  private final MonitoredPeers<JobID, JobMasterConnection> jobMasters;
  private final SlotManager slotManager;

  Availabilities(
      MonitoredPeers<ResourceID, TaskExecutorConnection> taskExecutors,
      MonitoredPeers<JobID, JobMasterConnection> jobMasters,
      SlotManager slotManager) {
    this.taskExecutors = taskExecutors;
    this.jobMasters = jobMasters;
    this.slotManager = slotManager;
  }

  /** A registration, which takes the place of a former one if there is one. */
  void onRegistration(@Nullable TaskExecutorConnection former, Availability registered) {
    if (former == null ? registered.isDraining() : !former.availability().equals(registered)) {
      tellDraining();
    }
  }

  /** A report; jobs hear of it before slots are asked for in its consequence. */
  void onReport(TaskExecutorConnection connection, Availability reported) {
    Availability before = connection.availability();
    if (!connection.isNews(reported)) {
      return;
    }
    LOG.info("TaskManager {} is {}.", connection.resourceId(), reported.mode());
    // Of a drain that was unheard of here, jobs may have heard by a refusal.
    boolean missedSome = reported.version() > before.version() + 1;
    if (missedSome || before.isDraining() != reported.isDraining()) {
      tellDraining();
    }
    slotManager.setOpen(connection.registrationId(), reported.isOpen());
  }

  /** Tells all JobMasters which TaskExecutors are being drained. */
  void tellDraining() {
    jobMasters.all().forEach(this::tellDraining);
  }

  /** As {@link #tellDraining()}, for one of them. */
  void tellDraining(JobMasterConnection jobMaster) {
    List<ResourceID> draining =
        taskExecutors.all().stream()
            .filter(connection -> connection.availability().isDraining())
            .map(TaskExecutorConnection::resourceId)
            .toList();
    jobMaster.gateway().notifyDraining(draining);
  }
}
