package org.stellwerk.runtime.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.task.Keyed;

class PartitionerTest {

  record Pair(String key, int value) implements Keyed {}

  @Test
  void rebalanceBeginsAtItsOwnIndexAndGoesRound() {
    Partitioner partitioner = new Partitioner(ShipStrategy.REBALANCE, 3, 5);
    assertThat(
            new int[] {partitioner.choose("a"), partitioner.choose("a"), partitioner.choose("a")})
        .containsExactly(2, 0, 1);
  }

  @Test
  void hashDependsOnTheKeyAloneAndSpreads() {
    Partitioner partitioner = new Partitioner(ShipStrategy.HASH, 7, 0);
    Partitioner other = new Partitioner(ShipStrategy.HASH, 7, 3);
    int[] counts = new int[7];
    for (int i = 0; i < 7000; i++) {
      int chosen = partitioner.choose(new Pair("key" + i, i));
      assertThat(other.choose(new Pair("key" + i, -i))).isEqualTo(chosen);
      assertThat(other.choose("key" + i)).isEqualTo(chosen);
      counts[chosen]++;
    }
    assertThat(Arrays.stream(counts)).allMatch(count -> count > 800 && count < 1200);
  }

  @Test
  void multiplesDoNotMeetAtOneConsumer() {
    Partitioner partitioner = new Partitioner(ShipStrategy.HASH, 8, 0);
    int[] counts = new int[8];
    for (int i = 0; i < 8000; i++) {
      counts[partitioner.choose(i * 1024)]++;
    }
    assertThat(Arrays.stream(counts)).allMatch(count -> count > 800 && count < 1200);
  }

  @Test
  void hashIsTheSameInEveryJvm() {
    Partitioner partitioner = new Partitioner(ShipStrategy.HASH, 1000, 0);
    assertThat(partitioner.choose("stellwerk")).isEqualTo(525);
    assertThat(partitioner.choose(TimeUnit.DAYS)).isEqualTo(partitioner.choose("DAYS"));
    assertThat(partitioner.choose(new byte[] {1, 2}))
        .isEqualTo(partitioner.choose(new byte[] {1, 2}));
    assertThat(partitioner.choose(new Object[] {TimeUnit.DAYS, "x"}))
        .isEqualTo(partitioner.choose(new Object[] {TimeUnit.DAYS, "x"}));
    assertThatThrownBy(() -> partitioner.choose(new double[] {1}))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
