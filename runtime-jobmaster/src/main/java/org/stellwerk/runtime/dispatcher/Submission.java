package org.stellwerk.runtime.dispatcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.util.ExceptionUtils;

/**
 * A job on its way into the store, and all who submit it meanwhile. While a store does not answer,
 * or fails in a way that may pass, they hear that within seconds; the job stays on its way, and who
 * submits it again hears what became of it. Component of the Dispatcher, in its main thread.
 */
final class Submission {

  /** How long whoever submits waits for a store. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private final JobRun run;
  private final ComponentMainThreadExecutor mainThread;
  private final List<CompletableFuture<Acknowledge>> waiting = new ArrayList<>();
  private int storeCalls;
  private boolean isDecided;
  private @Nullable Throwable outage;

  /**
   * Nobody waits yet.
   *
   * @param run the job's, if it is accepted
   */
  Submission(JobRun run, ComponentMainThreadExecutor mainThread) {
    this.run = run;
    this.mainThread = mainThread;
  }

  JobGraph graph() {
    return run.graph();
  }

  /** The job's, if it is accepted; its JobMaster may be there already, not started. */
  JobRun run() {
    return run;
  }

  /** The answer to one more who submits the job. */
  CompletableFuture<Acknowledge> answer() {
    CompletableFuture<Acknowledge> answer = new CompletableFuture<>();
    waiting.add(answer);
    // Later, for those who wait are told in a loop over the list.
    answer.whenCompleteAsync(
        (ignored, failure) -> waiting.removeIf(CompletableFuture::isDone), mainThread);
    if (storeCalls > 0) {
      schedule(
          () -> {
            if (storeCalls > 0) {
              answer.completeExceptionally(notYet());
            }
          },
          answer);
    }
    return answer;
  }

  /**
   * Completes when the job is accepted or refused; fails if a store does not let that be known in
   * {@link #PATIENCE}.
   */
  CompletableFuture<Void> decided() {
    return answer()
        .handle(
            (accepted, failure) -> {
              if (!isDecided) {
                throw new CompletionException(
                    new StoreUnavailableException(
                        "Whether job %s is accepted is not known yet (%s); ask again"
                            .formatted(graph().jobId(), reason()),
                        outage));
              }
              return null;
            });
  }

  /** A call to a store has begun; those who wait for it are told if it takes too long. */
  <T> CompletableFuture<T> storeCall(CompletableFuture<T> call) {
    storeCalls++;
    schedule(() -> waiting.forEach(answer -> answer.completeExceptionally(notYet())), call);
    return call.whenCompleteAsync((ignored, failure) -> storeCalls--, mainThread);
  }

  /** The store does not do what it is asked for, and is asked again. */
  void storeFails(Throwable why) {
    outage = why;
  }

  private void schedule(Runnable step, CompletableFuture<?> until) {
    ScheduledFuture<?> timer =
        mainThread.schedule(
            () -> {
              if (!until.isDone()) {
                step.run();
              }
            },
            PATIENCE.toNanos(),
            TimeUnit.NANOSECONDS);
    until.whenCompleteAsync((ignored, failure) -> timer.cancel(false), mainThread);
  }

  private StoreUnavailableException notYet() {
    return notAccepted(" yet", reason(), outage);
  }

  /** Why it is not known yet what becomes of the job. */
  private String reason() {
    Throwable why = outage;
    return why == null
        ? "the store has not answered for " + PATIENCE.toMillis() + " ms"
        : ExceptionUtils.describe(why);
  }

  /** The job is not accepted, as a store cannot be reached. */
  StoreUnavailableException notAccepted(Throwable cause) {
    return notAccepted("", ExceptionUtils.describe(cause), cause);
  }

  private StoreUnavailableException notAccepted(String yet, String why, @Nullable Throwable cause) {
    return new StoreUnavailableException(
        "Job %s is not accepted%s: %s; submit it again under the same id"
            .formatted(graph().jobId(), yet, why),
        cause);
  }

  /** It is decided: accepted if there is no failure. */
  void complete(@Nullable Throwable failure) {
    isDecided = true;
    for (CompletableFuture<Acknowledge> answer : waiting) {
      if (failure == null) {
        answer.complete(Acknowledge.INSTANCE);
      } else {
        answer.completeExceptionally(ExceptionUtils.stripCompletionException(failure));
      }
    }
  }
}
