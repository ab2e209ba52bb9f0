package org.stellwerk.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TickLogTest {

  @TempDir private Path directory;

  private TickLog log(String... parts) throws Exception {
    for (int sink = 0; sink < parts.length; sink++) {
      Files.writeString(directory.resolve("part-" + sink), parts[sink]);
    }
    return TickLog.read(directory, parts.length);
  }

  @Test
  void anUntouchedJobHasNothingToTell() throws Exception {
    TickLog log = log("0,0,10,11\n0,1,20,21\n", "1,0,10,12\n");
    assertThat(log.sources()).containsExactly(0, 1);
    assertThat(log.lost(0) + log.writtenTwice(0) + log.restarts(0)).isZero();
  }

  @Test
  void aHoleIsALoss() throws Exception {
    TickLog log = log("0,0,10,11\n0,3,40,41\n1,1,10,12\n");
    assertThat(log.lost(0)).isEqualTo(2);
    assertThat(log.lost(1)).isEqualTo(1);
  }

  @Test
  void whatARestartedSourceSendsAgainIsWrittenTwice() throws Exception {
    TickLog log = log("0,0,10,11\n0,1,20,21\n0,2,30,31\n0,0,50,51\n0,1,60,61\n");
    assertThat(log.restarts(0)).isEqualTo(1);
    assertThat(log.writtenTwice(0)).isEqualTo(2);
    assertThat(log.lost(0)).isZero();
  }

  @Test
  void theEndsOfAnIntervalCountAsLines() throws Exception {
    TickLog log = log("0,0,0,100\n0,1,0,130\n0,2,0,190\n", "");
    assertThat(log.largestGapMs(90, 200)).isEqualTo(60);
    assertThat(log.largestGapMs(0, 200)).isEqualTo(100);
    assertThat(log.largestGapMs(120, 400)).isEqualTo(210);
    assertThat(log.largestGapMs(1, 0, 200)).isZero();
  }

  @Test
  void halfALineDoesNotCountYet() throws Exception {
    TickLog log = log("0,0,10,11\n0,1,20,2");
    assertThat(log.largestGapMs(0, 21)).isEqualTo(11);
    assertThat(log.lost(0)).isZero();
  }
}
