package org.stellwerk.runtime.leaderelection;

import java.util.UUID;
import org.stellwerk.runtime.id.JobID;

/**
 * Who leads: published by the leader, read by everybody. One leader session covers all components
 * of a process (FLIP-285), so the addresses of its endpoints follow from the session and the
 * address of its RPC service; nothing has to be published per job.
 *
 * @param sessionId the fencing token of everything in the session; never used twice
 * @param rpcAddressPrefix what the addresses of the leader's endpoints begin with
 * @param restAddress "http://host:port" of the leader's REST endpoint
 */
public record LeaderInformation(UUID sessionId, String rpcAddressPrefix, String restAddress) {

  /** The name of the session's Dispatcher endpoint. */
  public static String dispatcherName(UUID sessionId) {
    return "dispatcher_" + sessionId;
  }

  /** The name of the session's ResourceManager endpoint. */
  public static String resourceManagerName(UUID sessionId) {
    return "resourcemanager_" + sessionId;
  }

  /** The name of the endpoint of a job's JobMaster in the session. */
  public static String jobMasterName(UUID sessionId, JobID jobId) {
    return "jobmaster_" + jobId + "_" + sessionId;
  }

  /** The address of the Dispatcher. */
  public String dispatcherAddress() {
    return rpcAddressPrefix + dispatcherName(sessionId);
  }

  /** The address of the ResourceManager. */
  public String resourceManagerAddress() {
    return rpcAddressPrefix + resourceManagerName(sessionId);
  }

  /** The address of a job's JobMaster. */
  public String jobMasterAddress(JobID jobId) {
    return rpcAddressPrefix + jobMasterName(sessionId, jobId);
  }
}
