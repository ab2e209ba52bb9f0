package org.stellwerk.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.ProducerLocations;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskInformation;
import org.stellwerk.runtime.taskexecutor.PartitionNotFoundException;
import org.stellwerk.runtime.taskexecutor.TaskEvents;
import org.stellwerk.runtime.taskexecutor.TaskHandle;
import org.stellwerk.runtime.taskexecutor.TaskRunner;

/**
 * Stands for user code: each attempt follows the {@link SimTaskPlan} of its vertex in virtual time.
 * Its events come outside of the TaskExecutor's main thread, as those of real threads do.
 *
 * <p>No records flow. But what an attempt with a blocking output leaves behind is there until it is
 * released, or its process ends; and who reads from it looks for it when it begins, and once more
 * half-way.
 */
public final class SimTaskRunner implements TaskRunner {

  private static final int DATA_PORT = 40_000;
  private static final long FREE_HEAP = 1L << 30;

  private final SimNode node;
  private final Function<ResourceID, Optional<SimTaskRunner>> peers;
  private final Map<ExecutionAttemptID, Attempt> running = new LinkedHashMap<>();
  private final Set<JobID> unreleased = new LinkedHashSet<>();

  /** What finished attempts have left for others, with their jobs. */
  private final Map<ExecutionAttemptID, JobID> results = new LinkedHashMap<>();

  private boolean closed;

  /**
   * A runner in the process.
   *
   * @param peers the runners of the TaskManagers that are alive
   */
  public SimTaskRunner(SimNode node, Function<ResourceID, Optional<SimTaskRunner>> peers) {
    this.node = node;
    this.peers = peers;
  }

  /** The disk fails: what finished attempts have left is gone, of which nobody is told. */
  void loseResults() {
    results.clear();
  }

  boolean isAlive() {
    return node.isAlive() && !closed;
  }

  /** The attempts whose code runs at this instant: the truth, for checks. */
  public List<ExecutionAttemptID> running() {
    return List.copyOf(running.keySet());
  }

  /** Those of them that nobody has cancelled. */
  public List<ExecutionAttemptID> notCancelled() {
    return running.entrySet().stream()
        .filter(entry -> !entry.getValue().cancelled)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The jobs that had attempts here and were not released since: what a leak would show in. */
  public Set<JobID> unreleasedJobs() {
    return Set.copyOf(unreleased);
  }

  @Override
  public int dataPort() {
    return DATA_PORT;
  }

  @Override
  public long freeHeap() {
    return FREE_HEAP;
  }

  @Override
  public TaskHandle start(TaskDeploymentDescriptor descriptor, TaskEvents events) {
    Attempt attempt = new Attempt(descriptor, events);
    if (running.putIfAbsent(descriptor.attemptId(), attempt) != null) {
      throw new IllegalStateException(
          "Attempt " + descriptor.attemptId() + " was started twice on " + node);
    }
    unreleased.add(descriptor.jobId());
    node.io().execute(attempt::setUp);
    return attempt;
  }

  @Override
  public void releasePartitions(Collection<ExecutionAttemptID> producers) {
    producers.forEach(results::remove);
  }

  @Override
  public void releaseJob(JobID jobId) {
    for (Attempt attempt : running.values()) {
      if (attempt.descriptor.jobId().equals(jobId)) {
        throw new IllegalStateException(
            "Job " + jobId + " was released on " + node + " while its tasks still run");
      }
    }
    results.values().removeIf(jobId::equals);
    unreleased.remove(jobId);
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    closed = true;
    results.clear();
    unreleased.clear(); // whatever was loaded for jobs goes with the runner
    List.copyOf(running.values()).forEach(Attempt::cancel);
    return CompletableFuture.completedFuture(null);
  }

  private final class Attempt implements TaskHandle {

    private final TaskDeploymentDescriptor descriptor;
    private final TaskEvents events;
    private final Optional<SimTaskPlan> plan;
    private boolean cancelled;
    private boolean over;

    private Attempt(TaskDeploymentDescriptor descriptor, TaskEvents events) {
      this.descriptor = descriptor;
      this.events = events;
      this.plan = SimTaskPlan.of(descriptor.taskInformation().vertex());
    }

    private void setUp() {
      if (over) {
        return;
      }
      if (plan.isEmpty()) {
        fail("Could not load class " + descriptor.taskInformation().vertex().invokableClassName());
        return;
      }
      events.onInitializing();
      Duration setUp = plan.get().setUp();
      if (setUp.isZero()) {
        node.io().execute(() -> run(plan.get()));
      } else {
        later(setUp, () -> run(plan.get()));
      }
    }

    private void run(SimTaskPlan known) {
      if (over) {
        return;
      }
      events.onRunning();
      if (failsForMissingResult()) {
        return;
      }
      later(known.run().dividedBy(2), this::failsForMissingResult);
      switch (known.end()) {
        case FINISHES -> later(known.run(), this::finish);
        case FAILS -> later(known.run(), () -> fail("failed as planned"));
        case NEVER -> {
          // until it is cancelled
        }
      }
    }

    private void finish() {
      end(
          () -> {
            if (descriptor.taskInformation().hasBlockingOutput()) {
              results.put(descriptor.attemptId(), descriptor.jobId());
            }
            events.onFinished(IOMetrics.ZERO);
          });
    }

    private boolean failsForMissingResult() {
      ExecutionAttemptID missing = over ? null : missingResult();
      if (missing == null) {
        return false;
      }
      PartitionNotFoundException failure =
          new PartitionNotFoundException("Nobody has the result of " + missing, missing, null);
      end(() -> events.onFailed(failure, IOMetrics.ZERO));
      return true;
    }

    private @Nullable ExecutionAttemptID missingResult() {
      for (TaskInformation.Input input : descriptor.taskInformation().inputs()) {
        if (input.resultType().isBlocking()) {
          List<ProducerLocations.ProducerLocation> producers = producersOf(input);
          for (ProducerLocations.ProducerLocation producer : producers) {
            if (!isThere(producer)) {
              return producer.attemptId();
            }
          }
        }
      }
      return null;
    }

    private List<ProducerLocations.ProducerLocation> producersOf(TaskInformation.Input input) {
      ProducerLocations all =
          descriptor.producers().stream()
              .filter(locations -> locations.producer().equals(input.producer()))
              .findFirst()
              .orElseThrow();
      if (input.shipStrategy().isPointwise()) {
        return List.of(all.get(descriptor.attemptId().subtaskIndex()));
      }
      List<ProducerLocations.ProducerLocation> each = new ArrayList<>(all.size());
      for (int i = 0; i < all.size(); i++) {
        each.add(all.get(i));
      }
      return each;
    }

    private boolean isThere(ProducerLocations.ProducerLocation producer) {
      return producer.location() != null
          && peers
              .apply(producer.location().resourceId())
              .filter(peer -> peer.results.containsKey(producer.attemptId()))
              .isPresent();
    }

    private void later(Duration delay, Runnable action) {
      node.drivers().schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void fail(String why) {
      end(() -> events.onFailed(new IllegalStateException(why), IOMetrics.ZERO));
    }

    private void end(Runnable ending) {
      if (!over) {
        over = true;
        running.remove(descriptor.attemptId());
        ending.run();
      }
    }

    @Override
    public void cancel() {
      if (!cancelled && !over) {
        cancelled = true;
        Duration delay =
            closed ? Duration.ZERO : plan.map(SimTaskPlan::ignoresCancel).orElse(Duration.ZERO);
        later(delay, this::endCancelled);
      }
    }

    private void endCancelled() {
      switch (plan.map(SimTaskPlan::whenCancelled).orElse(SimTaskPlan.Reaction.STOPS)) {
        case STOPS -> end(() -> events.onCanceled(IOMetrics.ZERO));
        case FAILS -> fail("failed while it was cancelled");
        case FINISHES -> finish();
      }
    }

    @Override
    public void interrupt() {
      // The code of this world does not listen.
    }

    @Override
    public String stackTrace() {
      return over ? "" : "sim.Task.run\n";
    }

    @Override
    public IOMetrics metrics() {
      return IOMetrics.ZERO;
    }
  }
}
