package org.stellwerk.simulation.check;

import static org.stellwerk.simulation.check.Given.JM_PROCESS;
import static org.stellwerk.simulation.check.Given.JOB;
import static org.stellwerk.simulation.check.Given.NEXT_SESSION;
import static org.stellwerk.simulation.check.Given.REGISTRATION;
import static org.stellwerk.simulation.check.Given.SESSION;
import static org.stellwerk.simulation.check.Given.TM;
import static org.stellwerk.simulation.check.Given.TM_PROCESS;
import static org.stellwerk.simulation.check.Given.attempt;
import static org.stellwerk.simulation.check.Given.task;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.taskexecutor.LeaseState;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot.Job;

/** A lease of ten seconds. */
class I16LeasesTest {

  private static final Duration LEASE = Duration.ofSeconds(10);

  private final Found found = new Found();
  private long nowNanos;
  private boolean frozen;
  private final I16Leases invariant =
      new I16Leases(found, LEASE, () -> nowNanos, process -> frozen);
  private @Nullable TaskExecutorSnapshot last;

  private void see(@Nullable UUID leader, boolean hasLease) {
    TaskExecutorSnapshot now =
        new TaskExecutorSnapshot(
            TM,
            leader,
            REGISTRATION,
            List.of(),
            List.of(task(attempt(1, 0))),
            hasLease ? List.of() : List.of(new Job(JOB, Given.jobMaster(SESSION), true)),
            hasLease ? List.of(JOB) : List.of(),
            Availability.INITIAL);
    invariant.onTaskExecutor(new Change<>(TM_PROCESS, last, now));
    invariant.onEndOfEvent();
    last = now;
  }

  @BeforeEach
  void aLeaseBegins() {
    see(SESSION, false);
    see(SESSION, true);
  }

  private void after(Duration time) {
    nowNanos += time.toNanos();
    invariant.onEndOfEvent();
  }

  private void endsWith(@Nullable UUID leader) {
    invariant.onTransition(
        new Transition(
            TM_PROCESS, null, TransitionObserver.JOB_LEASE, JOB, LeaseState.HELD, LeaseState.OVER));
    see(leader, false);
  }

  @Test
  void itLastsAsLongAsPromised() {
    after(LEASE);
    endsWith(null);
    found.nothing();
  }

  @Test
  void notShorter() {
    after(LEASE.dividedBy(2));
    endsWith(null);
    found.reported("I16", "has given up the tasks");
  }

  @Test
  void norIfTheDeadLeaderIsSeenStill() {
    endsWith(SESSION);
    found.reported("I16", "has given up the tasks");
  }

  @Test
  void anotherLeaderMayStartTheTasksElsewhere() {
    endsWith(NEXT_SESSION);
    found.nothing();
  }

  @Test
  void aJobMasterThatLivesMayRefuse() {
    invariant.onJobMaster(new Change<>(JM_PROCESS, null, Given.jobMaster(JobStatus.RUNNING)));
    endsWith(SESSION);
    found.nothing();
  }

  @Test
  void soMayTheSessionOfOneWhoseJobIsOver() {
    invariant.onJobMaster(new Change<>(JM_PROCESS, null, Given.jobMaster(JobStatus.FAILED)));
    invariant.onGone(
        new Source(JM_PROCESS, LeaderInformation.jobMasterName(SESSION, JOB), JobMaster.class));
    endsWith(SESSION);
    found.nothing();
  }

  @Test
  void notLonger() {
    after(LEASE.multipliedBy(2));
    found.reported("I16", "keeps the tasks");
  }

  @Test
  void whoStandsStillEndsItLate() {
    frozen = true;
    after(LEASE.multipliedBy(2));
    frozen = false;
    after(Duration.ofSeconds(4));
    found.nothing();
    after(Duration.ofSeconds(2));
    found.reported("I16", "keeps the tasks");
  }
}
