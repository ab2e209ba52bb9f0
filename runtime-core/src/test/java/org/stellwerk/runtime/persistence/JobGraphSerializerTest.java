package org.stellwerk.runtime.persistence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.jobgraph.SlotSharing;

class JobGraphSerializerTest {

  private static final JobVertexID SOURCE = new JobVertexID(new UUID(1, 1));
  private static final JobVertexID SINK = new JobVertexID(new UUID(1, 2));

  private static JobGraph graph() {
    return new JobGraph(
        new JobID(new UUID(7, 9)),
        "word count \"ü\"",
        List.of(
            new JobVertex(SOURCE, "source", 4, "org.example.Source", Map.of(), new byte[] {0, -1}),
            new JobVertex(SINK, "sink", 2, "org.example.Sink", Map.of("k", "v"), new byte[0])),
        List.of(new JobEdge(SOURCE, SINK, ShipStrategy.HASH)),
        Map.of("a", "1", "b", "2"),
        List.of(new BlobKey("ab".repeat(32))));
  }

  @Test
  void readsWhatItWrote() {
    assertThat(JobGraphSerializer.fromBytes(JobGraphSerializer.toBytes(graph())))
        .isEqualTo(graph());
  }

  @Test
  void slotSharingIsWrittenWhereItIsNotTheDefault() {
    JobVertex source = graph().vertices().get(0).withSlotSharing(new SlotSharing("in", "pair"));
    JobGraph shared =
        new JobGraph(
            graph().jobId(),
            graph().name(),
            List.of(source, graph().vertices().get(1)),
            graph().edges(),
            graph().configuration(),
            graph().userJars());
    byte[] bytes = JobGraphSerializer.toBytes(shared);
    assertThat(JobGraphSerializer.fromBytes(bytes)).isEqualTo(shared);
    assertThat(new String(bytes, UTF_8))
        .containsOnlyOnce("\"slotSharingGroup\":\"in\",\"coLocationGroup\":\"pair\"");
  }

  @Test
  void aGraphThatWasStoredBeforeThereWereSlotSharingGroupsIsReadAsBefore() {
    String before =
        "{\"version\":1,\"jobId\":\"00000000000000070000000000000009\",\"name\":\"old\","
            + "\"vertices\":[{\"id\":\"00000000000000010000000000000001\",\"name\":\"v\","
            + "\"parallelism\":3,\"invokableClass\":\"C\",\"configuration\":{},\"payload\":\"\"}],"
            + "\"edges\":[],\"configuration\":{},\"userJars\":[]}";
    JobGraph read = JobGraphSerializer.fromBytes(before.getBytes(UTF_8));
    assertThat(read.vertices().get(0).slotSharing()).isEqualTo(SlotSharing.DEFAULT);
    assertThat(JobGraphSerializer.toBytes(read)).isEqualTo(before.getBytes(UTF_8));
  }

  @Test
  void aBlockingEdgeIsKept() {
    JobGraph graph = graph();
    JobGraph staged =
        new JobGraph(
            graph.jobId(),
            graph.name(),
            graph.vertices(),
            List.of(new JobEdge(SOURCE, SINK, ShipStrategy.HASH, ResultPartitionType.BLOCKING)),
            graph.configuration(),
            graph.userJars());
    assertThat(JobGraphSerializer.fromBytes(JobGraphSerializer.toBytes(staged))).isEqualTo(staged);
  }

  @Test
  void anEdgeOfWhichNothingElseIsSaidIsPipelined() {
    String text = new String(JobGraphSerializer.toBytes(graph()), UTF_8);
    assertThat(text).doesNotContain("exchange");
    assertThat(JobGraphSerializer.fromBytes(text.getBytes(UTF_8)).isStaged()).isFalse();
  }

  @Test
  void equalGraphsGiveEqualBytes() {
    assertThat(JobGraphSerializer.toBytes(graph())).isEqualTo(JobGraphSerializer.toBytes(graph()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"version\":1 | \"version\":2 | Job graph: field 'version' is 2, but",
        "\"version\":1, |  '' | Job graph: field 'version' is missing",
        "\"parallelism\":4 | \"parallelism\":\"4\" | field 'vertices[0].parallelism' is text;"
            + " expected a whole number",
        "\"parallelism\":2 | \"parallelism\":0 | has parallelism 0; expected at least 1",
        "\"ship\":\"HASH\" | \"ship\":\"hash\" | field 'edges[0].ship' is 'hash'; expected one of [FORWARD,",
        "\"ship\":\"HASH\" | \"ship\":\"HASH\",\"exchange\":\"x\" | field 'edges[0].exchange' is 'x'; expected one of [PIPELINED, BLOCKING]",
        "\"payload\":\"AP8=\" | \"payload\":\"*\" | field 'vertices[0].payload' is not valid base64",
        "\"k\":\"v\" | \"k\":1 | field 'vertices[1].configuration.k' is the number 1; expected text",
        "\"userJars\":[\"ab | \"userJars\":[\"x | field 'userJars[0]' is invalid: 'xab",
        "\"edges\": | \"edgs\": | field 'edges' is missing; expected a list",
        "\"userJars\": | \"more\":1,\"userJars\": | field 'more' is unknown; expected [version,"
            + " jobId",
        "\"name\":\"sink\" | \"slotSharingGroup\":\"\",\"name\":\"sink\" | A slot sharing group"
            + " needs a name",
        "\"jobId\":\"0 | \"jobId\":\" | is not a JobID: expected 32 hexadecimal digits",
        "\"jobId\": | \"jobId\":\"\",\"jobId\": | Duplicate field 'jobId'",
      })
  void refusesWithOneLineThatNamesTheField(String what, String by, String message) {
    String good = new String(JobGraphSerializer.toBytes(graph()), UTF_8);
    assertThat(good).contains(what);
    String bad = good.replaceFirst(java.util.regex.Pattern.quote(what), by);
    assertThatThrownBy(() -> JobGraphSerializer.fromBytes(bad.getBytes(UTF_8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void refusesWhatIsNoJsonObject() {
    for (String text : List.of("", "[]", "{", "12", "{} {}", "\u0000\u0001")) {
      assertThatThrownBy(() -> JobGraphSerializer.fromBytes(text.getBytes(UTF_8)))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("Job graph")
          .message()
          .doesNotContain("\n");
    }
  }

  @Test
  void carriesLargePayloads() {
    JobGraph large =
        new JobGraph(
            new JobID(new UUID(7, 9)),
            "large",
            List.of(new JobVertex(SOURCE, "s", 1, "c", Map.of(), new byte[24 << 20])),
            List.of(),
            Map.of(),
            List.of());
    assertThat(JobGraphSerializer.fromBytes(JobGraphSerializer.toBytes(large))).isEqualTo(large);
  }
}
