package org.stellwerk.simulation.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.RunningTask;

/**
 * I2 as the TaskExecutors see it: of two attempts of a subtask that run and that nobody has
 * cancelled, one is on a TaskExecutor that the job's JobMaster of the leading session does not
 * have. Such a one goes on until it hears of that, but nobody listens to it. Otherwise nothing was
 * heard of the older one, because its deployment came too late or the answer was lost: with its
 * first heartbeat it is cancelled, and if that does not come through for the heartbeat timeout, its
 * TaskExecutor is given up. A cancellation that arrives from the JobMaster that is served takes
 * effect at once.
 */
final class I2LiveAttempts extends Invariant {

  private record Listening(UUID session, List<ResourceID> taskManagers) {}

  private record Cancellation(
      String process, ExecutionAttemptID attempt, JobMasterId jobMasterId) {}

  private final Map<String, TaskExecutorSnapshot> taskExecutors = new HashMap<>();
  private final Map<Subtask, Map<ExecutionAttemptID, String>> live = new HashMap<>();
  private final Set<Subtask> contested = new LinkedHashSet<>();
  private final Map<JobID, Listening> listening = new HashMap<>();

  /** Of those subtasks of which two attempts are listened to: since when. */
  private final Map<Subtask, Long> since = new LinkedHashMap<>();

  private final Supplier<Optional<UUID>> leader;
  private final LongSupplier nowNanos;
  private final long longestNanos;
  private final List<Cancellation> cancelled = new ArrayList<>();

  /**
   * The invariant.
   *
   * @param leader the session that leads, by the coordination service's knowledge
   * @param nowNanos the world's time
   * @param longestNanos how long it takes at most until a TaskExecutor's report has come through,
   *     with what follows from it, or the TaskExecutor is given up
   */
  I2LiveAttempts(
      Consumer<InvariantViolation> violations,
      Supplier<Optional<UUID>> leader,
      LongSupplier nowNanos,
      long longestNanos) {
    super("I2", violations);
    this.leader = leader;
    this.nowNanos = nowNanos;
    this.longestNanos = longestNanos;
  }

  @Override
  void onTaskExecutor(Change<TaskExecutorSnapshot> change) {
    TaskExecutorSnapshot before = taskExecutors.put(change.process(), change.now());
    Set<ExecutionAttemptID> running = new HashSet<>();
    for (RunningTask task : change.now().tasks()) {
      if (task.state() != ExecutionState.CANCELING) {
        running.add(task.attemptId());
        add(Subtask.of(task.jobId(), task.attemptId()), task.attemptId(), change.process());
      }
    }
    if (before != null) {
      before.tasks().stream()
          .filter(task -> !running.contains(task.attemptId()))
          .forEach(this::remove);
    }
  }

  private void add(Subtask subtask, ExecutionAttemptID attempt, String process) {
    Map<ExecutionAttemptID, String> attempts =
        live.computeIfAbsent(subtask, ignored -> new LinkedHashMap<>());
    attempts.put(attempt, process);
    if (attempts.size() > 1) {
      contested.add(subtask);
    }
  }

  private void remove(RunningTask task) {
    Subtask subtask = Subtask.of(task.jobId(), task.attemptId());
    Map<ExecutionAttemptID, String> attempts = live.get(subtask);
    if (attempts != null) {
      attempts.remove(task.attemptId());
      if (attempts.size() < 2) {
        contested.remove(subtask);
        since.remove(subtask);
      }
      if (attempts.isEmpty()) {
        live.remove(subtask);
      }
    }
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    JobMasterSnapshot now = change.now();
    UUID session = now.session().value();
    if (leads(session)) {
      listening.put(now.jobId(), new Listening(session, now.taskManagers()));
    }
  }

  private boolean leads(UUID session) {
    return leader.get().filter(session::equals).isPresent();
  }

  @Override
  void onCall(Call call) {
    List<?> attempts = call.argument(0, List.class);
    JobMasterId jobMasterId = call.argument(1, JobMasterId.class);
    if (attempts != null && jobMasterId != null && call.is("cancelTasks")) {
      for (Object each : attempts) {
        if (each instanceof ExecutionAttemptID attempt) {
          cancelled.add(new Cancellation(call.at().process(), attempt, jobMasterId));
        }
      }
    }
  }

  @Override
  void onEndOfEvent() {
    if (!cancelled.isEmpty()) {
      cancelled.forEach(this::checkEffect);
      cancelled.clear();
    }
    if (!contested.isEmpty()) {
      contested.forEach(this::checkContested);
    }
  }

  private void checkEffect(Cancellation cancellation) {
    TaskExecutorSnapshot taskExecutor = taskExecutors.get(cancellation.process());
    if (taskExecutor == null) {
      return;
    }
    for (RunningTask task : taskExecutor.tasks()) {
      require(
          !task.attemptId().equals(cancellation.attempt())
              || task.state() == ExecutionState.CANCELING
              || !serves(taskExecutor, task.jobId(), cancellation.jobMasterId()),
          "{} was cancelled, but goes on",
          task);
    }
  }

  private static boolean serves(
      TaskExecutorSnapshot taskExecutor, JobID jobId, JobMasterId jobMasterId) {
    return taskExecutor.jobs().stream()
        .anyMatch(job -> job.jobId().equals(jobId) && job.jobMasterId().equals(jobMasterId));
  }

  private void checkContested(Subtask subtask) {
    Map<ExecutionAttemptID, String> attempts = live.getOrDefault(subtask, Map.of());
    if (countListenedTo(subtask.jobId(), attempts) < 2) {
      since.remove(subtask);
      return;
    }
    long now = nowNanos.getAsLong();
    require(
        now - since.computeIfAbsent(subtask, ignored -> now) <= longestNanos,
        "{} runs as {}, and all are listened to",
        subtask,
        attempts);
  }

  private long countListenedTo(JobID jobId, Map<ExecutionAttemptID, String> attempts) {
    Listening ears = listening.get(jobId);
    return ears == null || !leads(ears.session())
        ? 0
        : attempts.values().stream()
            .filter(process -> ears.taskManagers().contains(Processes.resourceId(process)))
            .count();
  }

  @Override
  void onGone(Source endpoint) {
    if (endpoint.is(TaskExecutor.class)) {
      TaskExecutorSnapshot last = taskExecutors.remove(endpoint.process());
      if (last != null) {
        last.tasks().forEach(this::remove);
      }
    }
  }
}
