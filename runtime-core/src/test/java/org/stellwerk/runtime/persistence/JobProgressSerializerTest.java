package org.stellwerk.runtime.persistence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.highavailability.VertexProgress;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;

class JobProgressSerializerTest {

  private static final JobID JOB = new JobID(new UUID(7, 9));
  private static final JobVertexID VERTEX = new JobVertexID(new UUID(1, 1));

  private static JobProgress progress(List<Integer> attempts, List<Integer> finished) {
    return new JobProgress(
        JOB, true, 12, List.of(3L, -1L), List.of(new VertexProgress(VERTEX, attempts, finished)));
  }

  private static String text(JobProgress progress) {
    return new String(JobProgressSerializer.toBytes(progress), UTF_8);
  }

  @Test
  void isWrittenAsItIsDocumented() {
    assertThat(text(progress(List.of(0, 0, 0, 4, 1, 1), List.of(0, 1, 2, 4, 5))))
        .isEqualTo(
            "{\"version\":1,\"jobId\":\"00000000000000070000000000000009\","
                + "\"cancelRequested\":true,\"restarts\":12,\"restartState\":[3,-1],"
                + "\"vertices\":[{\"id\":\"00000000000000010000000000000001\","
                + "\"attempts\":\"0*3,4,1*2\",\"finished\":\"0-2,4-5\",\"places\":\"\"}],"
                + "\"taskManagers\":[]}");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void readsWhatItWrote(long seed) {
    Random random = new Random(seed);
    for (int parallelism = 0; parallelism < 40; parallelism++) {
      List<Integer> attempts = random.ints(parallelism, 0, 3).boxed().toList();
      List<Integer> finished =
          IntStream.range(0, parallelism).filter(i -> random.nextBoolean()).boxed().toList();
      JobProgress progress = progress(attempts, finished);
      assertThat(JobProgressSerializer.fromBytes(JobProgressSerializer.toBytes(progress)))
          .isEqualTo(progress);
    }
  }

  @Test
  void placesAreIndexesOfTaskManagers() {
    JobProgress progress =
        new JobProgress(
            JOB,
            false,
            0,
            List.of(),
            List.of(new VertexProgress(VERTEX, List.of(0, 0, 0), List.of(), List.of(1, 1, -1))),
            List.of("akka://a", "akka://b"));
    assertThat(text(progress)).contains("\"places\":\"1*2,-1\"", "[\"akka://a\",\"akka://b\"]");
    assertThat(JobProgressSerializer.fromBytes(JobProgressSerializer.toBytes(progress)))
        .isEqualTo(progress);
    assertThatThrownBy(
            () ->
                JobProgressSerializer.fromBytes(
                    text(progress).replace("1*2,-1", "2*3").getBytes(UTF_8)))
        .hasMessageContaining("places a subtask on TaskManager 2 of 2");
  }

  @Test
  void tenThousandSubtasksThatAreAlikeTakeLittleRoom() {
    JobProgress progress =
        progress(Collections.nCopies(10_000, 0), IntStream.range(0, 10_000).boxed().toList());
    assertThat(JobProgressSerializer.toBytes(progress)).hasSizeLessThan(250);
    assertThat(JobProgressSerializer.fromBytes(JobProgressSerializer.toBytes(progress)))
        .isEqualTo(progress);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"version\":1 | \"version\":2 | Job progress: field 'version' is 2, but this version of"
            + " Stellwerk reads 1 only",
        "true | 1 | field 'cancelRequested' is the number 1; expected true or false",
        "12 | -1 | has -1 restarts; expected at least 0",
        "[3, | [\"3\", | field 'restartState[0]' is text; expected a whole number",
        "0*3 | 0*x | field 'vertices[0].attempts' is invalid: 'x' is not a whole number",
        "0*3 | 0*0 | '0*0' is no part of at most 1048576 subtasks",
        "0*3 | 0*2000000000 | '0*2000000000' is no part of at most 1048576 subtasks",
        "0*3 | -1*3 | has the attempt number -1; expected at least 0",
        "0-1 | 1-0 | field 'vertices[0].finished' is invalid: '1-0' is no part of",
        "0-1 | 0-1999999999 | '0-1999999999' is no part of at most 1048576 subtasks",
        "0-1 | 0-2,2 | has the finished subtask 2 after 2; expected ascending ones below 3",
        "0-1 | 0-3 | has the finished subtask 3 after 2; expected ascending ones below 3",
        "0-1 | ,1 | '' is not a whole number",
        "\"finished\": | \"more\":1,\"finished\": | field 'vertices[0].more' is unknown",
      })
  void refusesWithOneLineThatNamesTheField(String what, String by, String message) {
    String good = text(progress(List.of(0, 0, 0), List.of(0, 1)));
    assertThat(good).contains(what);
    String bad = good.replaceFirst(Pattern.quote(what), by);
    assertThatThrownBy(() -> JobProgressSerializer.fromBytes(bad.getBytes(UTF_8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void aVertexIsNamedOnce() {
    VertexProgress vertex = new VertexProgress(VERTEX, List.of(0), List.of());
    assertThatThrownBy(() -> new JobProgress(JOB, false, 0, List.of(), List.of(vertex, vertex)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("names vertex " + VERTEX + " twice");
    assertThat(vertex.isFinished(0)).isFalse();
    assertThat(new VertexProgress(VERTEX, List.of(0, 0, 0), List.of(0, 2)).isFinished(2)).isTrue();
  }
}
