package org.stellwerk.simulation.run;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.stellwerk.rpc.messages.FencedMessage;
import org.stellwerk.rpc.messages.RpcInvocation;
import org.stellwerk.rpc.simulation.SimMessage;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.messages.ResourceRequirements;
import org.stellwerk.runtime.messages.TaskDeploymentBatch;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;

/** Counts what jobs do with slots, by the messages about them. Of one run; reads only. */
final class SlotCoverage {

  static final String NEEDS_FEWER = "slots: a running job needs fewer";
  static final String NEEDS_MORE = "slots: a job needs more again";
  static final String OUT_OF_ORDER = "slots: an older need is sent after a newer one";
  static final String OTHER_GROUP = "slots: a group of its own is deployed";
  static final String CO_LOCATED = "slots: co-located subtasks are deployed together";
  static final String GIVEN_BACK = "slots: one is given back before the job's end";

  /** All of them. */
  static final List<String> ALL =
      List.of(NEEDS_FEWER, NEEDS_MORE, OUT_OF_ORDER, OTHER_GROUP, CO_LOCATED, GIVEN_BACK);

  private static final String FREE = "TaskExecutorGateway.freeSlots";
  private static final String DECLARE = "ResourceManagerGateway.declareRequiredResources";
  private static final String SUBMIT = "TaskExecutorGateway.submitTasks";

  private final Coverage coverage;
  private final Map<JobID, ResourceRequirements> needs = new HashMap<>();

  SlotCoverage(Coverage coverage) {
    this.coverage = coverage;
  }

  void onMessage(SimMessage message) {
    Object content = message.payload().content();
    Object call = content instanceof FencedMessage<?> fenced ? fenced.payload() : content;
    if (!(call instanceof RpcInvocation invocation)) {
      return;
    }
    for (Object argument : invocation.arguments()) {
      if (argument instanceof ResourceRequirements need && message.label().startsWith(DECLARE)) {
        onNeed(need);
      } else if (argument instanceof TaskDeploymentBatch batch
          && message.label().startsWith(SUBMIT)) {
        onDeployment(batch);
      } else if (argument instanceof String reason
          && message.label().startsWith(FREE)
          && reason.contains("no longer")) {
        coverage.count(GIVEN_BACK);
      }
    }
  }

  private void onNeed(ResourceRequirements need) {
    ResourceRequirements before = needs.put(need.jobId(), need);
    if (before == null || !before.jobMasterAddress().equals(need.jobMasterAddress())) {
      return;
    }
    if (need.version() < before.version()) {
      coverage.count(OUT_OF_ORDER);
    } else if (need.numberOfSlots() > before.numberOfSlots()) {
      coverage.count(NEEDS_MORE);
    } else if (need.numberOfSlots() < before.numberOfSlots() && need.numberOfSlots() > 0) {
      coverage.count(NEEDS_FEWER);
    }
  }

  private void onDeployment(TaskDeploymentBatch batch) {
    Set<AllocationID> coLocated = new HashSet<>();
    for (TaskDeploymentDescriptor task : batch.unpack()) {
      SlotSharing sharing = task.taskInformation().vertex().slotSharing();
      if (!sharing.group().equals(SlotSharing.DEFAULT_GROUP)) {
        coverage.count(OTHER_GROUP);
      }
      if (sharing.coLocationGroup() != null && !coLocated.add(task.allocationId())) {
        coverage.count(CO_LOCATED);
      }
    }
  }
}
