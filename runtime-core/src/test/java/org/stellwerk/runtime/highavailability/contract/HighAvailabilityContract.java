package org.stellwerk.runtime.highavailability.contract;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.leaderelection.LeaderInformation;

/** The ground of the contract suites: members of one cluster, closed after each test. */
public abstract class HighAvailabilityContract {

  /** How long a test waits for what must happen. */
  protected static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<HighAvailabilityServices> members = new ArrayList<>();

  /** Services of one more member of the test's cluster. */
  protected abstract HighAvailabilityServices createMember() throws Exception;

  /**
   * Takes the member's session away without its doing; it may contend again afterwards. What it
   * held belongs to nobody or to another when this returns.
   */
  protected abstract void expireSession(HighAvailabilityServices member) throws Exception;

  @AfterEach
  final void closeMembers() {
    for (HighAvailabilityServices member : members) {
      result(member.closeAsync());
    }
  }

  /** A new member, closed after the test. */
  protected final HighAvailabilityServices newMember() {
    try {
      HighAvailabilityServices member = createMember();
      members.add(member);
      return member;
    } catch (Exception e) {
      throw new AssertionError("No member could be made", e);
    }
  }

  /** Lets the member contend. */
  protected static RecordingContender contend(HighAvailabilityServices member) {
    RecordingContender contender = new RecordingContender();
    member.leaderElection().startLeaderElection(contender);
    return contender;
  }

  /** Lets the member contend and waits until it leads. */
  protected static UUID lead(HighAvailabilityServices member) {
    return contend(member).awaitGrants(1).get(0);
  }

  /** The information that a leader with the session could publish. */
  protected static LeaderInformation information(UUID session) {
    return new LeaderInformation(
        session, "akka://stellwerk@" + session + ":6123/user/rpc/", "http://localhost:8081");
  }

  /** Waits for a future. */
  protected static <T> T result(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("A future failed", e);
    }
  }

  /** Waits for what must become true. */
  protected static void eventually(Runnable assertion) {
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).untilAsserted(assertion::run);
  }
}
