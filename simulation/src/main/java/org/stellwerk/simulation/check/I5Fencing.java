package org.stellwerk.simulation.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.exceptions.EndpointNotStartedException;
import org.stellwerk.rpc.exceptions.EndpointTerminatedException;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.dispatcher.DispatcherSnapshot;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.Job;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.RunningTask;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.Slot;

/**
 * I5, fencing: no fenced endpoint processes a message with a token other than its own, as the
 * transport sees it; a TaskExecutor, which is not fenced, does for no session what only another one
 * may ask; tokens are never used again; a ResourceManager knows JobMasters of its own session only;
 * and only the session that leads changes what is durable.
 */
final class I5Fencing extends Invariant {

  private record Token(Class<?> kind, Object token, @Nullable JobID jobId) {}

  private final Supplier<Optional<UUID>> leaderSession;
  private final Set<Token> used = new HashSet<>();
  private final Map<String, TaskExecutorSnapshot> taskExecutors = new HashMap<>();
  private @Nullable Call last;

  /**
   * The invariant.
   *
   * @param leaderSession who leads, by the coordination service's own knowledge
   */
  I5Fencing(Consumer<InvariantViolation> violations, Supplier<Optional<UUID>> leaderSession) {
    super("I5", violations);
    this.leaderSession = leaderSession;
  }

  @Override
  void onWrite(UUID session, String what) {
    Optional<UUID> leader = leaderSession.get();
    require(
        leader.filter(session::equals).isPresent(),
        "{} leads, but {} could {}",
        leader,
        session,
        what);
  }

  @Override
  void onCall(Call call) {
    if (call.ownToken() != null) {
      require(
          call.ownToken().equals(call.token()) || wasRefused(call.failure()),
          "{} of {} has token {}, but processed {} with {}",
          call.at().name(),
          call.at().process(),
          call.ownToken(),
          call.method(),
          call.token());
    } else if (call.at().is(TaskExecutor.class)) {
      last = call;
      TaskExecutorSnapshot known = taskExecutors.get(call.at().process());
      if (known != null && call.failure() == null) {
        checkAllowed(call, known);
      }
    }
  }

  private static boolean wasRefused(@Nullable Throwable failure) {
    return failure instanceof FencingTokenException
        || failure instanceof EndpointTerminatedException
        || failure instanceof EndpointNotStartedException;
  }

  private void checkAllowed(Call call, TaskExecutorSnapshot known) {
    ResourceManagerId resourceManager = call.argument(3, ResourceManagerId.class);
    if (call.is("requestSlots") && resourceManager != null) {
      require(
          resourceManager.value().equals(known.leaderSession()),
          "{} follows {}, but gave a slot to {}",
          call.at().process(),
          known.leaderSession(),
          resourceManager);
    }
    List<?> allocations = call.argument(0, List.class);
    JobMasterId jobMaster = call.argument(1, JobMasterId.class);
    if (call.is("freeSlots") && allocations != null && jobMaster != null) {
      for (Slot slot : known.slots()) {
        boolean named = slot.allocationId() != null && allocations.contains(slot.allocationId());
        Job job = named ? jobOf(slot.jobId(), known) : null;
        require(
            job == null || job.jobMasterId().equals(jobMaster),
            "{} serves {}, but {} could free its {}",
            call.at().process(),
            job,
            jobMaster,
            slot);
      }
    }
  }

  private static @Nullable Job jobOf(@Nullable JobID jobId, TaskExecutorSnapshot known) {
    for (Job job : known.jobs()) {
      if (job.jobId().equals(jobId)) {
        return job;
      }
    }
    return null;
  }

  @Override
  void onTaskExecutor(Change<TaskExecutorSnapshot> change) {
    TaskExecutorSnapshot before = change.before();
    Call call = last;
    if (before != null && call != null && call.at().process().equals(change.process())) {
      checkEffects(call, before, change.now());
    }
    taskExecutors.put(change.process(), change.now());
  }

  private void checkEffects(Call call, TaskExecutorSnapshot before, TaskExecutorSnapshot now) {
    JobMasterId jobMaster = call.argument(1, JobMasterId.class);
    if (call.is("submitTasks")) {
      for (RunningTask task : now.tasks()) {
        Job job = jobOf(task.jobId(), before);
        require(
            before.tasks().stream().anyMatch(old -> old.attemptId().equals(task.attemptId()))
                || (job != null && job.jobMasterId().equals(jobMaster)),
            "{} serves {}, but took {} from {}",
            call.at().process(),
            job,
            task,
            jobMaster);
      }
    }
    JobID left = call.argument(0, JobID.class);
    Job job = left == null ? null : jobOf(left, before);
    if (call.is("disconnectJobMaster") && job != null) {
      require(
          job.jobMasterId().equals(jobMaster) || now.jobs().contains(job),
          "{} served {}, but left it for a goodbye of {}",
          call.at().process(),
          job,
          jobMaster);
    }
    ResourceManagerId resourceManager = call.argument(0, ResourceManagerId.class);
    if (call.is("disconnectResourceManager") && resourceManager != null) {
      require(
          resourceManager.value().equals(before.leaderSession())
              || Objects.equals(now.registrationId(), before.registrationId()),
          "{} followed {}, but registers anew for a goodbye of {}",
          call.at().process(),
          before.leaderSession(),
          resourceManager);
    }
  }

  @Override
  void onEndOfEvent() {
    last = null;
  }

  @Override
  void onGone(Source endpoint) {
    if (endpoint.is(TaskExecutor.class)) {
      taskExecutors.remove(endpoint.process());
    }
  }

  @Override
  void onResourceManager(Change<ResourceManagerSnapshot> change) {
    ResourceManagerSnapshot now = change.now();
    use(change, now.session().value(), null);
    now.jobMasters()
        .forEach(
            jobMaster ->
                require(
                    jobMaster.jobMasterId().value().equals(now.session().value()),
                    "ResourceManager {} has taken in {}",
                    now.session(),
                    jobMaster));
  }

  @Override
  void onDispatcher(Change<DispatcherSnapshot> change) {
    use(change, change.now().session().value(), null);
  }

  @Override
  void onJobMaster(Change<JobMasterSnapshot> change) {
    use(change, change.now().session().value(), change.now().jobId());
  }

  private void use(Change<?> change, Object token, @Nullable JobID jobId) {
    if (change.before() == null) {
      require(
          used.add(new Token(change.now().getClass(), token, jobId)),
          "Session {} is used again in {}, job {}",
          token,
          change.process(),
          jobId);
    }
  }
}
