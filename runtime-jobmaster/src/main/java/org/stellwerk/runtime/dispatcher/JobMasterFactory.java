package org.stellwerk.runtime.dispatcher;

import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterConfig;
import org.stellwerk.runtime.jobmaster.JobMasterServices;

/** Makes the JobMaster of a job; does not start it. */
@FunctionalInterface
public interface JobMasterFactory {

  /** A JobMaster that has not begun; a failure fails the job. */
  JobMaster create(
      RpcService rpc,
      JobMasterId jobMasterId,
      JobGraph jobGraph,
      JobMasterConfig config,
      JobMasterServices services);
}
