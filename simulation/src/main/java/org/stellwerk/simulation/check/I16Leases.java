package org.stellwerk.simulation.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.taskexecutor.LeaseState;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;

/**
 * I16, leases: a TaskExecutor whose job has lost its JobMaster goes on with the tasks for as long
 * as it has promised, and not for longer. It gives them up before the lease is over only if there
 * is somebody to tell it so, or to start them elsewhere: a leader of another session, or a
 * JobMaster of the session that it follows, which may be gone when the job is over.
 */
final class I16Leases extends Invariant {

  /** The fastest of the simulated clocks gains so much on the world's, the slowest loses it. */
  private static final double CLOCK_DRIFT = 0.2;

  /** How long a busy TaskExecutor may take until it gets to what is due. */
  private static final long TO_GET_TO_IT = Duration.ofSeconds(5).toNanos();

  private record Holder(String process, JobID jobId) {}

  private static final class Lease {
    private final @Nullable UUID former;
    private final long since;
    private long dueAt;

    Lease(@Nullable UUID former, long since, long dueAt) {
      this.former = former;
      this.since = since;
      this.dueAt = dueAt;
    }
  }

  private final LongSupplier nowNanos;
  private final Predicate<String> isFrozen;
  private final long shortest;
  private final long longest;
  private final Map<Holder, Lease> leases = new LinkedHashMap<>();
  private final Map<String, TaskExecutorSnapshot> taskExecutors = new HashMap<>();
  private final Set<String> jobMasters = new HashSet<>();
  private final Set<String> over = new HashSet<>();
  private final List<Holder> givenUp = new ArrayList<>();

  /**
   * The invariant.
   *
   * @param lease how long one lasts, by its TaskExecutor's clock
   * @param nowNanos the world's time
   * @param isFrozen whether a process stands still
   */
  I16Leases(
      Consumer<InvariantViolation> violations,
      Duration lease,
      LongSupplier nowNanos,
      Predicate<String> isFrozen) {
    super("I16", violations);
    this.nowNanos = nowNanos;
    this.isFrozen = isFrozen;
    this.shortest = (long) (lease.toNanos() / (1 + CLOCK_DRIFT));
    this.longest = (long) (lease.toNanos() / (1 - CLOCK_DRIFT));
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    JobMasterSnapshot now = change.now();
    String name = LeaderInformation.jobMasterName(now.session().value(), now.jobId());
    jobMasters.add(name);
    if (now.status().isGloballyTerminal()) {
      over.add(name);
    }
  }

  @Override
  void onTransition(Transition transition) {
    if (transition.machine().equals(TransitionObserver.JOB_LEASE)
        && transition.to() == LeaseState.OVER
        && transition.id() instanceof JobID jobId
        && hasTasks(transition.process(), jobId)) {
      givenUp.add(new Holder(transition.process(), jobId));
    }
  }

  private boolean hasTasks(String process, JobID jobId) {
    TaskExecutorSnapshot taskExecutor = taskExecutors.get(process);
    return taskExecutor != null
        && taskExecutor.tasks().stream()
            .anyMatch(
                task -> task.jobId().equals(jobId) && task.state() != ExecutionState.CANCELING);
  }

  @Override
  void onTaskExecutor(Change<TaskExecutorSnapshot> change) {
    for (Holder holder : givenUp) {
      if (holder.process().equals(change.process())) {
        checkEnd(holder, change);
      }
    }
    givenUp.clear();
    TaskExecutorSnapshot now = change.now();
    TaskExecutorSnapshot before = taskExecutors.put(change.process(), now);
    for (JobID jobId : now.leases()) {
      leases.computeIfAbsent(
          new Holder(change.process(), jobId), holder -> newLease(formerOf(jobId, before)));
    }
    leases
        .keySet()
        .removeIf(
            holder ->
                holder.process().equals(change.process())
                    && !now.leases().contains(holder.jobId()));
  }

  private Lease newLease(@Nullable UUID former) {
    long now = nowNanos.getAsLong();
    return new Lease(former, now, now + longest + TO_GET_TO_IT);
  }

  private static @Nullable UUID formerOf(JobID jobId, @Nullable TaskExecutorSnapshot before) {
    return before == null
        ? null
        : before.jobs().stream()
            .filter(job -> job.jobId().equals(jobId))
            .map(job -> job.jobMasterId().value())
            .findFirst()
            .orElse(null);
  }

  private void checkEnd(Holder holder, Change<TaskExecutorSnapshot> change) {
    Lease lease = leases.get(holder);
    long lasted = lease == null ? 0 : nowNanos.getAsLong() - lease.since;
    UUID former = lease == null ? null : lease.former;
    require(
        lasted >= shortest
            || isLedByOthers(change.now(), holder.jobId(), former)
            || isLedByOthers(change.before(), holder.jobId(), former),
        "{} has given up the tasks of job {} after {} ms, and there is no leader",
        holder.process(),
        holder.jobId(),
        Duration.ofNanos(lasted).toMillis());
  }

  private boolean isLedByOthers(
      @Nullable TaskExecutorSnapshot taskExecutor, JobID jobId, @Nullable UUID former) {
    UUID leader = taskExecutor == null ? null : taskExecutor.leaderSession();
    if (leader == null) {
      return false;
    }
    String jobMaster = LeaderInformation.jobMasterName(leader, jobId);
    return !leader.equals(former) || jobMasters.contains(jobMaster) || over.contains(jobMaster);
  }

  @Override
  void onEndOfEvent() {
    if (leases.isEmpty()) {
      return;
    }
    long now = nowNanos.getAsLong();
    leases.forEach(
        (holder, lease) -> {
          if (now > lease.dueAt) {
            checkBound(holder, lease, now);
          }
        });
  }

  private void checkBound(Holder holder, Lease lease, long now) {
    TaskExecutorSnapshot taskExecutor = taskExecutors.get(holder.process());
    boolean isLed =
        taskExecutor != null
            && taskExecutor.leaderSession() != null
            && !taskExecutor.leaderSession().equals(lease.former);
    if (isLed || isFrozen.test(holder.process())) {
      lease.dueAt = now + TO_GET_TO_IT;
      return;
    }
    violated(
        "%s keeps the tasks of job %s since %d ms, and there is no leader"
            .formatted(
                holder.process(), holder.jobId(), Duration.ofNanos(now - lease.since).toMillis()));
  }

  @Override
  void onGone(Source endpoint) {
    if (endpoint.is(TaskExecutor.class)) {
      taskExecutors.remove(endpoint.process());
      leases.keySet().removeIf(holder -> holder.process().equals(endpoint.process()));
    } else if (endpoint.is(JobMaster.class)) {
      jobMasters.remove(endpoint.name());
    }
  }
}
