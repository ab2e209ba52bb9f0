package org.stellwerk.runtime.resourcemanager;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.heartbeat.MonitoredPeers;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.messages.SlotRefusal;
import org.stellwerk.util.ExceptionUtils;

/**
 * Does what the SlotManager wants with calls to the peers that are registered. Component of the
 * ResourceManager, in its main thread, where the answers are taken, too.
 */
final class RpcSlotActions implements SlotActions {

  private final ResourceManagerId session;
  private final MonitoredPeers<ResourceID, TaskExecutorConnection> taskExecutors;
  private final MonitoredPeers<JobID, JobMasterConnection> jobMasters;
  private final Duration requestTimeout;
  private final Executor mainThread;

  RpcSlotActions(
      ResourceManagerId session,
      MonitoredPeers<ResourceID, TaskExecutorConnection> taskExecutors,
      MonitoredPeers<JobID, JobMasterConnection> jobMasters,
      Duration requestTimeout,
      Executor mainThread) {
    this.session = session;
    this.taskExecutors = taskExecutors;
    this.jobMasters = jobMasters;
    this.requestTimeout = requestTimeout;
    this.mainThread = mainThread;
  }

  @Override
  public void requestSlots(SlotRequest request, SlotManager asking) {
    ResourceID resourceId = request.slots().get(0).slotId().resourceId();
    TaskExecutorConnection connection = taskExecutors.get(resourceId);
    if (connection == null) {
      throw new IllegalStateException("No TaskExecutor " + resourceId + " is registered");
    }
    connection
        .gateway()
        .requestSlots(
            request.jobId(), request.slots(), request.jobMaster(), session, requestTimeout)
        .whenComplete(
            (refusals, failure) ->
                mainThread.execute(() -> onAnswer(request, asking, refusals, failure)));
  }

  private static void onAnswer(
      SlotRequest request,
      SlotManager asking,
      @Nullable List<SlotRefusal> refusals,
      @Nullable Throwable failure) {
    if (failure != null) {
      asking.requestFailed(request, ExceptionUtils.describe(failure));
    } else if (refusals == null) {
      asking.requestFailed(request, "the TaskExecutor has given no answer");
    } else {
      asking.requestAnswered(request, refusals);
    }
  }

  @Override
  public void notifyNotEnoughResources(JobID jobId, int acquiredSlots, int totalSlots) {
    JobMasterConnection connection = jobMasters.get(jobId);
    if (connection != null) {
      connection.gateway().notifyNotEnoughResourcesAvailable(acquiredSlots, totalSlots);
    }
  }
}
