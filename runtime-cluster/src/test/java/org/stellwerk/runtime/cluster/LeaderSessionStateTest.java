package org.stellwerk.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LeaderSessionStateTest {

  private static final Map<LeaderSessionState, Set<LeaderSessionState>> ALLOWED =
      Map.of(
          LeaderSessionState.STARTING,
          EnumSet.of(LeaderSessionState.SERVING, LeaderSessionState.CLOSING),
          LeaderSessionState.SERVING,
          EnumSet.of(LeaderSessionState.CONFIRMED, LeaderSessionState.CLOSING),
          LeaderSessionState.CONFIRMED,
          EnumSet.of(LeaderSessionState.CLOSING),
          LeaderSessionState.CLOSING,
          EnumSet.of(LeaderSessionState.CLOSED),
          LeaderSessionState.CLOSED,
          EnumSet.noneOf(LeaderSessionState.class));

  @ParameterizedTest
  @EnumSource
  void becomesWhatItMayAndNothingElse(LeaderSessionState from) {
    for (LeaderSessionState next : LeaderSessionState.values()) {
      assertThat(from.canBecome(next))
          .as("%s -> %s", from, next)
          .isEqualTo(ALLOWED.get(from).contains(next));
    }
  }
}
