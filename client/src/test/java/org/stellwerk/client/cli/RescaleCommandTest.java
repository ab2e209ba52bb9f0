package org.stellwerk.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.stellwerk.client.FakeCluster;
import org.stellwerk.configuration.Configuration;

class RescaleCommandTest {

  private static final String ID = "0123456789abcdef0123456789abcdef";
  private static final String SOURCE = "a".repeat(32);
  private static final String SINK = "b".repeat(32);
  private static final String MAP = "c".repeat(32);
  private static final String OTHER_MAP = "d".repeat(32);

  private FakeCluster cluster;
  private List<String> out = List.of();
  private List<String> err = List.of();

  @BeforeEach
  void start() throws IOException {
    cluster = FakeCluster.start();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static String vertex(String id, String name) {
    return "{'id':'" + id + "','name':'" + name + "'}";
  }

  private static String bounds(String id, int lower, int upper) {
    return "'%s':{'parallelism':{'lowerBound':%d,'upperBound':%d}}".formatted(id, lower, upper);
  }

  private static String requirements(String... vertices) {
    return "{" + String.join(",", vertices) + "}";
  }

  private void haveJob() {
    cluster
        .answer(
            "GET /jobs/$id",
            200,
            "{'jid':'$id','state':'RUNNING','vertices':["
                + String.join(
                    ",",
                    vertex(SOURCE, "source"),
                    vertex(SINK, "a=sink"),
                    vertex(MAP, "map"),
                    vertex(OTHER_MAP, "map"))
                + "]}")
        .answer(
            "GET /jobs/$id/resource-requirements",
            200,
            requirements(
                bounds(SOURCE, 2, 4),
                bounds(SINK, 1, 8),
                bounds(MAP, 1, 1),
                bounds(OTHER_MAP, 1, 1)))
        .answer("PUT /jobs/$id/resource-requirements", 200, "{}");
  }

  private int run(String... words) {
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    List<String> all = new ArrayList<>(List.of("rescale", "-m", cluster.hostAndPort()));
    all.addAll(List.of(words));
    int code =
        CliFrontend.run(
            all.toArray(String[]::new),
            Configuration.empty(),
            new PrintStream(outBytes, true, StandardCharsets.UTF_8),
            new PrintStream(errBytes, true, StandardCharsets.UTF_8));
    out = outBytes.toString(StandardCharsets.UTF_8).lines().toList();
    err = errBytes.toString(StandardCharsets.UTF_8).lines().toList();
    return code;
  }

  private String put() {
    return cluster.requests().stream()
        .filter(request -> request.method().equals("PUT"))
        .map(FakeCluster.Request::body)
        .reduce("", String::concat)
        .replace('"', '\'');
  }

  @Test
  void namedVerticesAreChangedAndTheOthersKeepTheirBounds() {
    haveJob();
    assertThat(run(ID, "source=1", "a=sink=3-5", OTHER_MAP + "=7")).as("%s", err).isZero();
    assertThat(put())
        .isEqualTo(
            requirements(
                bounds(SOURCE, 1, 1),
                bounds(SINK, 3, 5),
                bounds(MAP, 1, 1),
                bounds(OTHER_MAP, 1, 7)));
    assertThat(out)
        .containsExactly(
            "Job " + ID + " has new bounds of its parallelism:",
            "  source : 1 to 1",
            "  a=sink : 3 to 5",
            "  map : 1 to 1",
            "  map : 1 to 7");
  }

  @Test
  void aLargerMostKeepsTheLeast() {
    haveJob();
    assertThat(run(ID, "source=32768")).isZero();
    assertThat(put()).contains(bounds(SOURCE, 2, 32768));
  }

  static Stream<Arguments> badInput() {
    return Stream.of(
        Arguments.of("", "'rescale' needs a job id and at least one VERTEX=N; see stellwerk"),
        Arguments.of(ID, "'rescale' needs a job id and at least one VERTEX=N; see stellwerk"),
        Arguments.of("12 source=1", "'12' is not a JobID: expected 32 hexadecimal digits"),
        Arguments.of(ID + " source", "'source' is not of the form VERTEX=N or VERTEX=MIN-MAX"),
        Arguments.of(ID + " source=", "'source=' is not of the form VERTEX=N"),
        Arguments.of(ID + " source=x", "'source=x' is not of the form VERTEX=N"),
        Arguments.of(ID + " source=1-", "'source=1-' is not of the form VERTEX=N"),
        Arguments.of(
            ID + " source=0", "The parallelism of vertex 'source' must be from 1 to 32768, not 0"),
        Arguments.of(ID + " source=0-2", "must be from 1 to 32768, not 0"),
        Arguments.of(ID + " source=32769", "must be from 1 to 32768, not 32769"),
        Arguments.of(ID + " source=99999999999999", "must be from 1 to 32768, not 99999999999999"),
        Arguments.of(
            ID + " source=4-3",
            "The least parallelism of vertex 'source', 4, is above the most, 3"),
        Arguments.of(
            ID + " sorce=1",
            "Job "
                + ID
                + " has no vertex 'sorce'; did you mean 'source'? Its vertices are source,"),
        Arguments.of(ID + " source=1 " + SOURCE + "=2", "Vertex 'source' is named twice"),
        Arguments.of(
            ID + " map=2",
            "2 vertices have the name 'map'; name one by its id: " + MAP + ", " + OTHER_MAP));
  }

  @ParameterizedTest
  @MethodSource("badInput")
  void badInputIsToldInOneLineAndChangesNothing(String typed, String expected) {
    haveJob();
    assertThat(run(typed.isEmpty() ? new String[0] : typed.split(" "))).isEqualTo(1);
    assertThat(err).hasSize(1);
    assertThat(err.get(0)).contains(expected);
    assertThat(out).isEmpty();
    assertThat(put()).isEmpty();
  }

  @Test
  void anUnknownJobIsTold() {
    assertThat(run(ID, "source=1")).isEqualTo(1);
    assertThat(err)
        .containsExactly(
            "There is no job " + ID + " on " + cluster.address() + "; see stellwerk list -a");
  }

  @Test
  void whatTheClusterRefusesIsToldInItsWords() {
    String why = "The parallelism of job " + ID + " cannot be changed: it is not adaptive";
    cluster
        .answer("GET /jobs/$id", 200, "{'jid':'$id','vertices':[" + vertex(SOURCE, "source") + "]}")
        .answer("GET /jobs/$id/resource-requirements", 400, "{'errors':['" + why + "']}");
    assertThat(run(ID, "source=1")).isEqualTo(1);
    assertThat(err).containsExactly(why);
  }
}
