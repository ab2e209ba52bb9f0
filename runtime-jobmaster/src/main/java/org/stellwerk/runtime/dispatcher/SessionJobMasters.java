package org.stellwerk.runtime.dispatcher;

import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterConfig;
import org.stellwerk.runtime.jobmaster.JobMasterListener;
import org.stellwerk.runtime.jobmaster.JobMasterServices;

/** Makes the JobMasters of one leader session. Component of the Dispatcher, in its main thread. */
final class SessionJobMasters {

  private static final Logger LOG = LoggerFactory.getLogger(SessionJobMasters.class);

  private final RpcService rpc;
  private final UUID leaderSessionId;
  private final DispatcherServices services;
  private final JobMasterConfig config;
  private final JobAcceptance acceptance;

  SessionJobMasters(
      RpcService rpc,
      UUID leaderSessionId,
      DispatcherServices services,
      JobMasterConfig config,
      JobAcceptance acceptance) {
    this.rpc = rpc;
    this.leaderSessionId = leaderSessionId;
    this.services = services;
    this.config = config;
    this.acceptance = acceptance;
  }

  /**
   * The JobMaster of a run, made now if there is none yet; not started.
   *
   * @param onEnded told of the job's end, from any thread
   * @throws RuntimeException if the job cannot have one
   */
  JobMaster of(JobRun run, Optional<JobProgress> recovered, JobMasterListener onEnded) {
    return run.jobMaster()
        .orElseGet(
            () -> {
              JobMaster made = make(run, recovered, onEnded);
              run.made(made);
              return made;
            });
  }

  /** Makes one while the store writes the job; whatever fails here will fail when it is needed. */
  void prepare(JobRun run, JobMasterListener onEnded) {
    try {
      of(run, Optional.empty(), onEnded);
    } catch (RuntimeException e) {
      LOG.debug("The JobMaster of job {} could not be made yet.", run.graph().jobId(), e);
    }
  }

  private JobMaster make(JobRun run, Optional<JobProgress> recovered, JobMasterListener onEnded) {
    return services
        .jobMasterFactory()
        .create(
            rpc,
            new JobMasterId(leaderSessionId),
            run.graph(),
            config,
            new JobMasterServices(
                services.runtime(),
                services.resourceManagerAddress(),
                services.blobStore().serverAddress(),
                onEnded,
                recovered,
                acceptance::storeProgress,
                run.initializationTimestamp()));
  }
}
