package org.stellwerk.runtime.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class GroupTableTest {

  private final GroupTable<String> table = new GroupTable<>();

  @Test
  void findsWhatWasPutUnderANumber() {
    for (int id = 0; id < 1000; id++) {
      assertThat(table.putIfAbsent(id, "group " + id)).isTrue();
    }
    assertThat(table.get(0)).isEqualTo("group 0");
    assertThat(table.get(256)).isEqualTo("group 256");
    assertThat(table.get(999)).isEqualTo("group 999");
    assertThat(table.get(1000)).isNull();
  }

  @Test
  void aNumberIsTakenOnce() {
    table.putIfAbsent(7, "first");
    assertThat(table.putIfAbsent(7, "second")).isFalse();
    assertThat(table.get(7)).isEqualTo("first");
    assertThat(table.takeAll()).containsExactly("first");
  }

  @Test
  void whatIsRemovedIsGoneAndItsNumberFree() {
    table.putIfAbsent(300, "a");
    table.putIfAbsent(301, "b");
    assertThat(table.remove(300)).isEqualTo("a");
    assertThat(table.remove(300)).isNull();
    assertThat(table.remove(9999)).isNull();
    assertThat(table.get(301)).isEqualTo("b");
    assertThat(table.remove(301)).isEqualTo("b");
    assertThat(table.takeAll()).isEmpty();
    assertThat(table.putIfAbsent(300, "c")).isTrue();
  }

  @Test
  void numbersMayPassTheLargest() {
    table.putIfAbsent(Integer.MAX_VALUE, "last");
    table.putIfAbsent(Integer.MIN_VALUE, "next");
    assertThat(table.get(Integer.MAX_VALUE)).isEqualTo("last");
    assertThat(table.get(Integer.MIN_VALUE)).isEqualTo("next");
  }

  @Test
  void takesAllAtOnce() {
    table.putIfAbsent(1, "a");
    table.putIfAbsent(1000, "b");
    assertThat(table.takeAll()).containsExactlyInAnyOrder("a", "b");
    assertThat(table.takeAll()).isEmpty();
    assertThat(table.get(1)).isNull();
  }
}
