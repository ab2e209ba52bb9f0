package org.stellwerk.simulation.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stellwerk.simulation.check.Given.JOB;
import static org.stellwerk.simulation.check.Given.NEXT_SESSION;
import static org.stellwerk.simulation.check.Given.SESSION;

import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.exceptions.DuplicateJobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;

class ClientHistoryTest {

  private UUID leader = SESSION;
  private final ClientHistory history = new ClientHistory(() -> Optional.of(leader));

  @BeforeEach
  void somebodyLeads() {
    history.noteLeader();
  }

  private CompletableFuture<Acknowledge> submit() {
    CompletableFuture<Acknowledge> answer = new CompletableFuture<>();
    history.submit(JOB, SESSION, answer);
    return answer;
  }

  private CompletableFuture<Acknowledge> cancel() {
    CompletableFuture<Acknowledge> answer = new CompletableFuture<>();
    history.cancel(JOB, leader, answer);
    return answer;
  }

  private CompletableFuture<JobStatus> status(UUID session) {
    CompletableFuture<JobStatus> answer = new CompletableFuture<>();
    history.status(JOB, session, answer);
    return answer;
  }

  private static void accept(CompletableFuture<Acknowledge> answer) {
    answer.complete(Acknowledge.INSTANCE);
  }

  private static void refuse(CompletableFuture<?> answer) {
    answer.completeExceptionally(new DuplicateJobSubmissionException("It was submitted before"));
  }

  private void isNot(UUID session) {
    status(session).completeExceptionally(new JobNotFoundException("There is no such job"));
  }

  private void is(JobStatus status) {
    status(leader).complete(status);
  }

  private void assertViolation() {
    assertThatThrownBy(history::check)
        .isInstanceOf(InvariantViolation.class)
        .hasMessageContaining("No order explains");
  }

  @Test
  void aLife() {
    isNot(SESSION);
    accept(submit());
    is(JobStatus.CREATED);
    refuse(submit());
    is(JobStatus.RUNNING);
    accept(cancel());
    is(JobStatus.CANCELLING);
    is(JobStatus.CANCELED);
    refuse(submit());
    accept(cancel());
    history.check();
    assertThat(history.acknowledged()).containsExactly(JOB);
  }

  @Test
  void aJobIsAcceptedOnce() {
    accept(submit());
    accept(submit());
    assertViolation();
  }

  @Test
  void aJobDoesNotVanish() {
    accept(submit());
    isNot(SESSION);
    assertViolation();
  }

  @Test
  void aJobThatIsOverIsOver() {
    accept(submit());
    is(JobStatus.FINISHED);
    is(JobStatus.RUNNING);
    assertViolation();
  }

  @Test
  void nothingIsThereThatNobodySubmitted() {
    is(JobStatus.RUNNING);
    assertViolation();
  }

  @Test
  void aDuplicateOfNothingIsNone() {
    refuse(submit());
    assertViolation();
  }

  @Test
  void aCancelledJobDoesNotGoOn() {
    accept(submit());
    accept(cancel());
    is(JobStatus.RUNNING);
    assertViolation();
  }

  @Test
  void theNextLeaderMayHaveForgottenACancellation() {
    accept(submit());
    accept(cancel());
    leader = NEXT_SESSION;
    history.noteLeader();
    is(JobStatus.RUNNING);
    history.check();
    assertThat(history.cancelledIn(SESSION)).containsExactly(JOB);
    assertThat(history.cancelledIn(NEXT_SESSION)).isEmpty();
  }

  @Test
  void overlappingCallsMayHaveAnyOrder() {
    CompletableFuture<Acknowledge> first = submit();
    refuse(submit());
    accept(first);
    CompletableFuture<JobStatus> asked = status(SESSION);
    accept(cancel());
    asked.complete(JobStatus.RUNNING);
    history.check();
  }

  @Test
  void aRepetitionDuringASubmissionMayHaveTheSameAnswer() {
    CompletableFuture<Acknowledge> first = submit();
    CompletableFuture<Acknowledge> second = submit();
    accept(second);
    accept(first);
    is(JobStatus.RUNNING);
    history.check();
    accept(submit());
    assertViolation();
  }

  @Test
  void anUnansweredCallMayHaveHappenedAtAnyTimeOrNever() {
    CompletableFuture<Acknowledge> unanswered = submit();
    isNot(SESSION);
    unanswered.completeExceptionally(new TimeoutException("unknown"));
    isNot(SESSION);
    history.check();
    is(JobStatus.RUNNING);
    history.check();
    isNot(SESSION);
    assertViolation();
  }

  @Test
  void whatADeposedLeaderSaysMayBeOutOfDate() {
    CompletableFuture<Acknowledge> submitted = submit();
    leader = NEXT_SESSION;
    history.noteLeader();
    isNot(SESSION);
    accept(submitted);
    isNot(SESSION);
    history.check();
    isNot(NEXT_SESSION);
    assertViolation();
  }
}
