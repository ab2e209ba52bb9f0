package org.stellwerk.runtime.taskexecutor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stellwerk.rpc.PeerListener;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;

/**
 * The jobs that this TaskExecutor has a connection for: one per job, to one leader session. A
 * connection that is not in the table any more is not listened to.
 */
final class JobTable {

  private final Map<JobID, JobLeaderConnection> connections = new LinkedHashMap<>();

  /** The job's connection, if it has one. */
  Optional<JobLeaderConnection> get(JobID jobId) {
    return Optional.ofNullable(connections.get(jobId));
  }

  /** The job's connection, if it is to this leader session. */
  Optional<JobLeaderConnection> get(JobID jobId, JobMasterId jobMasterId) {
    return get(jobId).filter(connection -> connection.jobMasterId().equals(jobMasterId));
  }

  /** Every connection, in the order of their beginning. */
  List<JobLeaderConnection> all() {
    return List.copyOf(connections.values());
  }

  /** The connections to JobMasters of a process, made or being made. */
  List<JobLeaderConnection> at(String peer) {
    return connections.values().stream()
        .filter(connection -> PeerListener.isAt(connection.address(), peer))
        .toList();
  }

  /**
   * Adds the job's connection.
   *
   * @throws IllegalStateException if it has one
   */
  void add(JobLeaderConnection connection) {
    if (connections.putIfAbsent(connection.jobId(), connection) != null) {
      throw new IllegalStateException("Job " + connection.jobId() + " already has a connection");
    }
  }

  /** Removes the connection; false if it was not, or no longer, its job's. */
  boolean remove(JobLeaderConnection connection) {
    return connections.remove(connection.jobId(), connection);
  }
}
