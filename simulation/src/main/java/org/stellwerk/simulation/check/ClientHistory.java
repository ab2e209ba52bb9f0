package org.stellwerk.simulation.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.exceptions.DuplicateJobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;
import org.stellwerk.simulation.check.JobHistory.Effect;
import org.stellwerk.util.ExceptionUtils;

/**
 * What clients asked for and were told, job by job. {@link #check()} decides whether there is an
 * order of effects that explains all answers: each effect between question and answer, or, if the
 * answer is missing, at any time after the question or never.
 *
 * <p>Two things are allowed for. What a leader says that has been deposed by the time its answer
 * arrives may be out of date, except that it has accepted a job, which is durable. And a
 * cancellation is not durable: the next leader session may take the job up again.
 */
public final class ClientHistory {

  private final Supplier<Optional<UUID>> leaderSession;
  private final Map<JobID, JobHistory> jobs = new LinkedHashMap<>();
  private final Set<JobID> acknowledged = new LinkedHashSet<>();
  private final Map<JobID, UUID> cancelled = new LinkedHashMap<>();
  private final List<Long> leaderChanges = new ArrayList<>();
  private @Nullable UUID lastLeader;
  private long steps;

  /**
   * A history in which nothing has happened.
   *
   * @param leaderSession who leads, by the coordination service's own knowledge
   */
  public ClientHistory(Supplier<Optional<UUID>> leaderSession) {
    this.leaderSession = leaderSession;
  }

  /**
   * A client has submitted a job.
   *
   * @param session of the Dispatcher that was asked
   * @param answer of the Dispatcher
   */
  public void submit(JobID jobId, UUID session, CompletableFuture<?> answer) {
    begin(jobId, session, answer, Meaning.SUBMIT);
  }

  /** A client has cancelled a job; parameters as those of {@link #submit}. */
  public void cancel(JobID jobId, UUID session, CompletableFuture<?> answer) {
    begin(jobId, session, answer, Meaning.CANCEL);
  }

  /** A client has asked for the status of a job; parameters as those of {@link #submit}. */
  public void status(JobID jobId, UUID session, CompletableFuture<JobStatus> answer) {
    begin(jobId, session, answer, Meaning.STATUS);
  }

  /**
   * What the answers of one kind of call mean.
   *
   * @param unanswered what may have happened if there is no answer
   * @param refusal the one failure that tells something, and what
   */
  private record Meaning(
      Effect unanswered,
      Function<@Nullable Object, Effect> answered,
      Class<? extends Throwable> refusal,
      Effect refused) {

    static final Meaning SUBMIT =
        new Meaning(
            Effect.MAY_SUBMIT,
            ack -> Effect.SUBMIT,
            DuplicateJobSubmissionException.class,
            Effect.WAS_THERE);

    static final Meaning CANCEL =
        new Meaning(
            Effect.MAY_CANCEL,
            ack -> Effect.CANCEL,
            JobNotFoundException.class,
            Effect.WAS_NOT_THERE);

    static final Meaning STATUS =
        new Meaning(
            Effect.NONE,
            status -> Effect.seen((JobStatus) status),
            JobNotFoundException.class,
            Effect.WAS_NOT_THERE);

    Effect of(@Nullable Object answer, @Nullable Throwable failure) {
      if (failure == null) {
        return answered.apply(answer);
      }
      return refusal.isInstance(ExceptionUtils.stripCompletionException(failure))
          ? refused
          : unanswered;
    }
  }

  private void begin(JobID jobId, UUID session, CompletableFuture<?> answer, Meaning meaning) {
    JobHistory job = jobs.computeIfAbsent(jobId, JobHistory::new);
    JobHistory.Operation operation = job.begin(++steps, meaning.unanswered);
    answer.whenComplete(
        (value, failure) -> {
          Effect effect = meaning.of(value, failure);
          if (effect == Effect.SUBMIT) {
            acknowledged.add(jobId);
            operation.end(++steps, effect);
          } else if (effect != meaning.unanswered && leads(session)) {
            operation.end(++steps, effect);
          }
          if (effect == Effect.CANCEL) {
            cancelled.put(jobId, session);
          }
        });
  }

  private boolean leads(UUID session) {
    return leaderSession.get().filter(session::equals).isPresent();
  }

  /** To be called whenever the leader may have changed. */
  void noteLeader() {
    UUID leader = leaderSession.get().orElse(null);
    if (leader != null && !leader.equals(lastLeader)) {
      lastLeader = leader;
      leaderChanges.add(++steps);
    }
  }

  /** The jobs whose submission was acknowledged, in this order. */
  public Set<JobID> acknowledged() {
    return Collections.unmodifiableSet(acknowledged);
  }

  /** The jobs whose last acknowledged cancellation was acknowledged by this leader session. */
  Set<JobID> cancelledIn(UUID session) {
    Set<JobID> jobIds = new LinkedHashSet<>(cancelled.keySet());
    jobIds.removeIf(jobId -> !session.equals(cancelled.get(jobId)));
    return jobIds;
  }

  /**
   * Checks the history of every job.
   *
   * @throws InvariantViolation with id "history" if no order of effects explains the answers
   */
  public void check() {
    for (JobHistory job : jobs.values()) {
      if (!job.isExplained(leaderChanges)) {
        throw new InvariantViolation("history", "No order explains " + job);
      }
    }
  }
}
