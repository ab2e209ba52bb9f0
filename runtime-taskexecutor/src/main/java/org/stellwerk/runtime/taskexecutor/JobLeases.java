package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.messages.TaskExecutionState;

/**
 * The jobs whose JobMaster has ended and whose tasks go on, and what the next one is to be told. A
 * lease is over when nobody is known to lead for too long (jobmaster.reconnect-lease, from the loss
 * on), or when a session leads whose JobMaster cannot be reached for the heartbeat timeout: that
 * one starts the tasks elsewhere. This may be the former session only if its JobMaster was lost
 * sight of, and the session turns out to lead after the service that knows could not be asked; else
 * its JobMaster is known to have ended, and what the service names is what it left behind.
 * Component of the TaskExecutor, in its main thread; soft state, one timer per lease.
 */
final class JobLeases {

  /** Hears of the end of a lease that nobody took over. */
  interface Listener {
    /** The job's tasks are to be given up. */
    void onLeaseOver(JobID jobId, String reason);
  }

  private static final class Lease {
    private final JobMasterId former;
    private final boolean formerMayLive;
    private final long sinceMs;
    private final Map<ExecutionAttemptID, TaskExecutionState> untold = new LinkedHashMap<>();
    private @Nullable ScheduledFuture<?> timer;

    /**
     * Whether the former JobMaster may live, and its session was confirmed to lead after that could
     * not be asked for.
     */
    private boolean leaderConfirmed;

    Lease(JobMasterId former, boolean formerMayLive, long sinceMs) {
      this.former = former;
      this.formerMayLive = formerMayLive;
      this.sinceMs = sinceMs;
    }

    void disarm() {
      ScheduledFuture<?> armed = timer;
      timer = null;
      if (armed != null) {
        armed.cancel(false);
      }
    }
  }

  private final ConnectionContext context;
  private final Listener listener;
  private final Map<JobID, Lease> leases = new LinkedHashMap<>();
  private @Nullable UUID leader;
  private boolean leaderReachable = true;

  JobLeases(ConnectionContext context, Listener listener) {
    this.context = context;
    this.listener = listener;
  }

  /**
   * The job goes on without a JobMaster; a lease that it has already goes on as it is.
   *
   * @param formerMayLive whether the JobMaster was lost sight of; else it has said so, or its
   *     process does not take connections, and that is taken for its end
   */
  void grant(JobID jobId, JobMasterId former, boolean formerMayLive) {
    if (leases.containsKey(jobId)) {
      return;
    }
    Lease lease = new Lease(former, formerMayLive, now());
    leases.put(jobId, lease);
    arm(jobId, lease);
    passed(jobId, LeaseState.NONE, LeaseState.HELD);
  }

  private void passed(JobID jobId, LeaseState from, LeaseState to) {
    context.services().transitions().onTransition(TransitionObserver.JOB_LEASE, jobId, from, to);
  }

  /** Whether the job's JobMaster was of that session. */
  boolean isFormer(JobID jobId, UUID session) {
    Lease lease = leases.get(jobId);
    return lease != null && lease.former.value().equals(session);
  }

  /** Keeps the end of an attempt for the next JobMaster; the job must have a lease. */
  void keep(TaskExecutionState end) {
    Lease lease = leases.get(end.jobId());
    if (lease != null) {
      lease.untold.put(end.attemptId(), end);
    }
  }

  boolean has(JobID jobId) {
    return leases.containsKey(jobId);
  }

  /** The jobs that have one, in the order of their loss. */
  List<JobID> jobs() {
    return List.copyOf(leases.keySet());
  }

  /** The ends that the next JobMaster is to be told. */
  List<TaskExecutionState> untold(JobID jobId) {
    Lease lease = leases.get(jobId);
    return lease == null ? List.of() : new ArrayList<>(lease.untold.values());
  }

  /** Another session leads, or none does. */
  void leaderChanged(@Nullable UUID session) {
    leader = session;
    leases.values().forEach(lease -> lease.leaderConfirmed = false);
    leases.forEach(this::arm);
  }

  /** Whether it can be asked who leads; if not, then nobody is known to. */
  void leaderReachable(boolean reachable) {
    if (reachable && !leaderReachable) {
      leases.values().forEach(lease -> lease.leaderConfirmed = lease.formerMayLive);
    }
    leaderReachable = reachable;
    leases.forEach(this::arm);
  }

  /** A JobMaster has taken the job over; returns what it is to be told. */
  List<TaskExecutionState> takenOver(JobID jobId) {
    return end(jobId, LeaseState.TAKEN_OVER);
  }

  /** Nobody will take the job over; harmless if it has no lease. */
  void giveUp(JobID jobId) {
    end(jobId, LeaseState.OVER);
  }

  private List<TaskExecutionState> end(JobID jobId, LeaseState how) {
    Lease lease = leases.remove(jobId);
    if (lease == null) {
      return List.of();
    }
    lease.disarm();
    passed(jobId, LeaseState.HELD, how);
    passed(jobId, how, LeaseState.NONE);
    return new ArrayList<>(lease.untold.values());
  }

  /** Ends all leases without a word. */
  void stop() {
    leases.values().forEach(Lease::disarm);
    leases.clear();
  }

  private void arm(JobID jobId, Lease lease) {
    lease.disarm();
    UUID current = leader;
    boolean isLed =
        leaderReachable
            && current != null
            && (lease.leaderConfirmed || !current.equals(lease.former.value()));
    Duration bound =
        isLed ? context.config().heartbeat().timeout() : context.config().timeouts().lease();
    long since = isLed ? now() : lease.sinceMs;
    String reason =
        isLed
            ? "the JobMaster of session "
                + current
                + " could not be reached within "
                + bound.toMillis()
                + " ms (heartbeat.timeout)"
            : "no leader took it over within "
                + bound.toMillis()
                + " ms (jobmaster.reconnect-lease)";
    lease.timer =
        context
            .mainThread()
            .schedule(
                () -> listener.onLeaseOver(jobId, reason),
                Math.max(0, since + bound.toMillis() - now()),
                TimeUnit.MILLISECONDS);
  }

  private long now() {
    return context.services().clock().relativeTimeMillis();
  }
}
