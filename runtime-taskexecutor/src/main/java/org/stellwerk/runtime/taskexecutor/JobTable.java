package org.stellwerk.runtime.taskexecutor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.rpc.PeerListener;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.gateway.TaskExecutorGateway.JobMasterAddress;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.InstanceID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.JobReport;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;
import org.stellwerk.util.ExceptionUtils;

/**
 * Which JobMaster has each job of this TaskExecutor: one connection per job, to one leader session;
 * between two of them the job has a lease ({@link JobLeases}). Follows the leader: a job under a
 * lease is reported to its JobMaster in the session that leads. Whether a connection is lost, and
 * what that means for slots and tasks, the owner decides. A connection that is not in the table any
 * more is not listened to. In the main thread; soft state.
 *
 * <p>A session is published when its Dispatcher has started a JobMaster for each job that is not
 * over. So if there is none, that Dispatcher is asked, and knows whether the job is over: the
 * session may be ending as well.
 */
final class JobTable {

  private static final Logger LOG = LoggerFactory.getLogger(JobTable.class);

  /** The TaskExecutor, as the table knows it. */
  interface Owner extends JobLeaderConnection.Owner, JobLeases.Listener {
    /** What there is of a job that has a lease. */
    JobReport reportOf(JobID jobId, List<TaskExecutionState> ended);

    /** No leader knows the job any more. */
    void onJobOver(JobLeaderConnection connection, String reason);
  }

  private final ConnectionContext context;
  private final Owner owner;
  private final JobLeases leases;
  private final Map<JobID, JobLeaderConnection> connections = new LinkedHashMap<>();
  private @Nullable LeaderInformation leader;
  private boolean leaderReachable = true;

  /** No jobs. */
  JobTable(ConnectionContext context, Owner owner) {
    this.context = context;
    this.owner = owner;
    this.leases = new JobLeases(context, owner);
  }

  /** The leases; for reading. */
  JobLeases leases() {
    return leases;
  }

  /** The job's connection, if it has one. */
  Optional<JobLeaderConnection> get(JobID jobId) {
    return Optional.ofNullable(connections.get(jobId));
  }

  /** Whether somebody has the job, or may take it over; if not, it was given up. */
  boolean has(JobID jobId) {
    return connections.containsKey(jobId) || leases.has(jobId);
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

  /** Whether the connection is its job's present one. */
  boolean isCurrent(JobLeaderConnection connection) {
    return connections.get(connection.jobId()) == connection;
  }

  /** Whether this is the session that leads, as far as is known here. */
  boolean isLeading(JobMasterId jobMasterId) {
    LeaderInformation current = leader;
    return current != null && current.sessionId().equals(jobMasterId.value());
  }

  /**
   * Whether this session is known to lead: that of a leader which cannot be asked for may be over.
   */
  boolean isKnownToLead(JobMasterId jobMasterId) {
    return leaderReachable && isLeading(jobMasterId);
  }

  /** Begins to connect a job that has neither a connection nor anything to report. */
  void connect(JobID jobId, JobMasterAddress jobMaster) {
    connect(jobId, jobMaster, JobReport.EMPTY);
  }

  private void connect(JobID jobId, JobMasterAddress jobMaster, JobReport report) {
    JobLeaderConnection connection =
        new JobLeaderConnection(
            new JobLeaderConnection.Target(
                jobId,
                jobMaster,
                InstanceID.generate(context.services().ids()),
                report,
                owner.openOffers(jobId)),
            context,
            owner);
    if (connections.putIfAbsent(jobId, connection) != null) {
      throw new IllegalStateException("Job " + jobId + " already has a connection");
    }
    connection.start();
  }

  /**
   * Removes and closes a connection, whose job gets a lease: its ends that are not acknowledged are
   * kept for the next JobMaster.
   *
   * @param mayLive whether its JobMaster was lost sight of; else it is known to have ended
   * @return false if it was not, or no longer, its job's
   */
  boolean suspend(JobLeaderConnection connection, boolean mayLive, TaskManagerLoss goodbye) {
    if (!connections.remove(connection.jobId(), connection)) {
      return false;
    }
    leases.grant(connection.jobId(), connection.jobMasterId(), mayLive);
    connection.unacknowledgedEnds().forEach(leases::keep);
    connection.leave(goodbye);
    return true;
  }

  /**
   * Reports a job that has a lease to its JobMaster in the session that leads, if that is another
   * than the one that the job had its former JobMaster in.
   */
  void takeToLeader(JobID jobId) {
    LeaderInformation current = leader;
    if (current != null && !leases.isFormer(jobId, current.sessionId())) {
      report(jobId, current);
    }
  }

  /**
   * A session leads that was thought to be over, as its process was: without a coordination service
   * a JobManager that is started again has the same.
   */
  void sessionLives(UUID session) {
    LeaderInformation current = leader;
    if (current != null && current.sessionId().equals(session)) {
      leases.jobs().forEach(jobId -> report(jobId, current));
    }
  }

  /** A JobMaster has ended; its session most likely has, too, but may go on without it. */
  void sessionMayLive(UUID session) {
    context
        .mainThread()
        .schedule(
            () -> sessionLives(session),
            context.config().registration().errorDelay().toNanos(),
            TimeUnit.NANOSECONDS);
  }

  private void report(JobID jobId, LeaderInformation current) {
    if (connections.containsKey(jobId) || !leases.has(jobId)) {
      return;
    }
    connect(
        jobId,
        new JobMasterAddress(current.jobMasterAddress(jobId), new JobMasterId(current.sessionId())),
        owner.reportOf(jobId, leases.untold(jobId)));
  }

  /** There is no such JobMaster; asks the Dispatcher of its session whether the job is over. */
  void askDispatcher(JobLeaderConnection connection) {
    LeaderInformation current = leader;
    if (current == null || !isLeading(connection.jobMasterId())) {
      return;
    }
    context.orFault(
        context
            .rpc()
            .connect(
                current.dispatcherAddress(),
                new DispatcherId(current.sessionId()),
                DispatcherGateway.class)
            .thenCompose(
                dispatcher ->
                    dispatcher.requestJobStatus(
                        connection.jobId(), context.config().timeouts().repetition()))
            .handleAsync(
                (status, failure) -> {
                  onAnswer(connection, status, failure);
                  return null;
                },
                context.mainThread()));
  }

  private void onAnswer(
      JobLeaderConnection connection, @Nullable JobStatus status, @Nullable Throwable failure) {
    boolean isOver =
        failure == null
            ? status != null && status.isGloballyTerminal()
            : ExceptionUtils.findThrowable(failure, JobNotFoundException.class).isPresent();
    if (isOver && isCurrent(connection) && !connection.isConnected()) {
      owner.onJobOver(connection, "the leader says that the job is over");
    } else if (failure != null) {
      LOG.debug(
          "Whether job {} is over is not known: {}",
          connection.jobId(),
          ExceptionUtils.describe(failure));
    }
  }

  /** Removes the connection, and what the job has of a lease. */
  boolean remove(JobLeaderConnection connection) {
    boolean removed = connections.remove(connection.jobId(), connection);
    if (removed) {
      leases.giveUp(connection.jobId());
    }
    return removed;
  }

  /**
   * Another leader, or none. Its owner has suspended the connections to other sessions before; what
   * is on its way to a leader that is none any more waits for the next.
   *
   * @return the jobs that were on their way
   */
  List<JobID> leaderChanged(Optional<LeaderInformation> now) {
    leader = now.orElse(null);
    leases.leaderChanged(now.map(LeaderInformation::sessionId).orElse(null));
    if (now.isPresent()) {
      leases.jobs().forEach(this::takeToLeader);
      return List.of();
    }
    List<JobLeaderConnection> onTheirWay =
        all().stream()
            .filter(connection -> !connection.isConnected() && leases.has(connection.jobId()))
            .toList();
    for (JobLeaderConnection connection : onTheirWay) {
      connections.remove(connection.jobId());
      connection.close();
    }
    return onTheirWay.stream().map(JobLeaderConnection::jobId).toList();
  }

  /** Whether the service that knows the leader can be asked now; who leads then is asked. */
  void leaderReachable(boolean reachable) {
    leaderReachable = reachable;
    leases.leaderReachable(reachable);
    LeaderInformation current = leader;
    if (reachable && current != null) {
      sessionLives(current.sessionId());
    }
  }

  /** Tells the job's JobMaster, or keeps for the next one what it must know. */
  void report(TaskExecutionState state) {
    JobID jobId = state.jobId();
    if (leases.has(jobId) && state.state().isTerminal()) {
      leases.keep(state);
    } else {
      get(jobId).ifPresent(connection -> connection.report(state));
    }
  }

  /** Whether a JobMaster knows all that one has to know of the job. */
  boolean isDrained(JobID jobId) {
    return leases.untold(jobId).isEmpty()
        && get(jobId).map(JobLeaderConnection::isDrained).orElse(true);
  }

  /** Leaves all JobMasters, and forgets them. */
  void leave(TaskManagerLoss goodbye) {
    leases.stop();
    all()
        .forEach(
            connection -> {
              connections.remove(connection.jobId());
              connection.leave(goodbye);
            });
  }
}
