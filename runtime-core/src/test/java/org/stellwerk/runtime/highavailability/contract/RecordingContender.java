package org.stellwerk.runtime.highavailability.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.leaderelection.LeaderContender;

/** Notes what it is told, and whether it is told one thing at a time. */
public final class RecordingContender implements LeaderContender {

  private final List<UUID> grants = new CopyOnWriteArrayList<>();
  private final List<Exception> errors = new CopyOnWriteArrayList<>();
  private final AtomicInteger revocations = new AtomicInteger();
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger violations = new AtomicInteger();
  private volatile @Nullable UUID session;

  @Override
  public void grantLeadership(UUID leaderSessionId) {
    oneAtATime(
        () -> {
          if (session != null) {
            violations.incrementAndGet();
          }
          session = leaderSessionId;
          grants.add(leaderSessionId);
        });
  }

  @Override
  public void revokeLeadership() {
    oneAtATime(
        () -> {
          if (session == null) {
            violations.incrementAndGet();
          }
          session = null;
          revocations.incrementAndGet();
        });
  }

  @Override
  public void handleError(Exception exception) {
    errors.add(exception);
  }

  /** The session it leads in, as it was told; null if it does not lead. */
  public @Nullable UUID session() {
    return session;
  }

  /** All sessions it was granted. */
  public List<UUID> grants() {
    return grants;
  }

  /** How often it was revoked. */
  public int revocations() {
    return revocations.get();
  }

  /** What it was told to handle. */
  public List<Exception> errors() {
    return errors;
  }

  /** Waits until it was granted so many times. */
  public List<UUID> awaitGrants(int count) {
    HighAvailabilityContract.eventually(
        () -> assertThat(grants).hasSizeGreaterThanOrEqualTo(count));
    return grants;
  }

  /** Waits until it was revoked so many times. */
  public void awaitRevocations(int count) {
    HighAvailabilityContract.eventually(
        () -> assertThat(revocations.get()).isGreaterThanOrEqualTo(count));
  }

  /** Grants and revocations alternated, one at a time, and nothing failed. */
  public void assertOrderly() {
    assertThat(violations.get()).as("callbacks out of order").isZero();
    assertThat(errors).isEmpty();
  }

  private void oneAtATime(Runnable callback) {
    if (inside.incrementAndGet() != 1) {
      violations.incrementAndGet();
    }
    callback.run();
    inside.decrementAndGet();
  }
}
