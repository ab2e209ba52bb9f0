package org.stellwerk.runtime.jobmaster;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.options.RestartStrategyOptions;

/** JobMasters of tests. */
final class JobMasters {

  private JobMasters() {}

  /**
   * One of a job that no leader has had before and that is not restarted.
   *
   * @param ended gets the job when it is over
   */
  static JobMaster withoutRestarts(
      SimNode node,
      UUID session,
      JobGraph jobGraph,
      TestingResourceManager resourceManager,
      List<ArchivedExecutionGraph> ended,
      SimScheduler sim) {
    return new JobMaster(
        node.rpc(),
        new JobMasterId(session),
        jobGraph,
        JobMasterConfig.from(
            Configuration.empty()
                .with(RestartStrategyOptions.TYPE, RestartStrategyOptions.Type.NONE)),
        new JobMasterServices(
            NodeServices.of(node),
            resourceManager.getAddress(),
            "http://blobs/",
            ended::add,
            Optional.empty(),
            progress -> FutureUtils.completedVoidFuture(),
            sim.clock().absoluteTimeMillis()));
  }

  /** Looks at its invariants after every event, as long as its node lives. */
  static void check(JobMaster jobMaster, SimNode node, SimScheduler sim) {
    sim.addCheck(
        () -> {
          if (!node.isAlive()) {
            return;
          }
          jobMaster.internalMainThreadGuard().enter();
          try {
            jobMaster.checkInvariants();
          } finally {
            jobMaster.internalMainThreadGuard().leave();
          }
        });
  }
}
