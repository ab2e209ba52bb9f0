package org.stellwerk.simulation.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.stellwerk.rpc.simulation.SimObserver.NodeEvent;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class TracePageTest {

  private static final int BYTES_PER_EVENT = 200;

  private static Document parse(String html) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    return factory.newDocumentBuilder().parse(new InputSource(new StringReader(html)));
  }

  private static String textOf(Document page, String element, String id) {
    NodeList all = page.getElementsByTagName(element);
    for (int i = 0; i < all.getLength(); i++) {
      if (all.item(i).getAttributes().getNamedItem("id") != null
          && all.item(i).getAttributes().getNamedItem("id").getNodeValue().equals(id)) {
        return all.item(i).getTextContent();
      }
    }
    throw new AssertionError("There is no " + element + " with id " + id);
  }

  private static JsonNode dataOf(String html) throws Exception {
    return new ObjectMapper().readTree(textOf(parse(html), "script", "run"));
  }

  private static List<String> texts(JsonNode array) {
    List<String> values = new ArrayList<>();
    array.forEach(value -> values.add(value.asText()));
    return values;
  }

  /** The pages of these runs stay in target/sim, to be looked at; docs/images is made from them. */
  private static Stream<Arguments> runs() {
    return Stream.of(
        Arguments.of("plain-job", RecordedRuns.plainJob(1)),
        Arguments.of("worker-crash", RecordedRuns.workerCrash(2)),
        Arguments.of("two-leaders", RecordedRuns.twoLeaders(3)),
        Arguments.of("leader-kill", RecordedRuns.leaderKill(5)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("runs")
  void aRunOfTheClusterIsInItWhole(String name, RecordedRun run) throws Exception {
    Path file = Path.of("target", "sim", name + ".html");
    TracePage.write(file, run);

    String html = Files.readString(file);
    Document page = parse(html);
    assertThat(page.getElementsByTagName("title").item(0).getTextContent()).isEqualTo(run.title());
    JsonNode data = dataOf(html);
    assertThat(texts(data.get("nodes"))).isEqualTo(run.processes());
    assertThat(data.get("jobs").get(0).get("name").asText()).isEqualTo("job-1");
    long messages = run.events().stream().filter(RunEvent.Message.class::isInstance).count();
    assertThat(data.get("messages")).hasSize((int) messages);
    assertThat(data.get("marks")).hasSize((int) (run.events().size() - messages));
    assertThat(texts(data.get("text")))
        .contains("TaskExecutorGateway.submitTasks(TaskDeploymentBatch, JobMasterId, Duration)");
  }

  @Test
  void needsNothingFromOutside() throws Exception {
    String html = TracePage.html(RecordedRuns.plainJob(1));
    assertThat(html).doesNotContain(" src=", "<link", "@import", "fetch(", "import(");
    assertThat(html.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http://", "https:/");
  }

  @Test
  void namesCannotBreakOut() throws Exception {
    String nasty = "</script><b>&\"'@RUN@";
    RunEvent.Life life = new RunEvent.Life(nasty, 1);
    RecordedRun run =
        new RecordedRun(
            nasty,
            1,
            1,
            List.of(nasty),
            List.of(new RecordedRun.Job("id", nasty)),
            List.of(
                new RunEvent.Lifecycle(1, 0, life, NodeEvent.STARTED, nasty),
                new RunEvent.Violation(2, 1, "I1", nasty)),
            0);

    String html = TracePage.html(run);

    Document page = parse(html);
    assertThat(page.getElementsByTagName("h1").item(0).getTextContent()).isEqualTo(nasty);
    JsonNode data = dataOf(html);
    assertThat(texts(data.get("nodes"))).containsExactly(nasty);
    assertThat(data.get("marks").get(1).get("d").asText()).isEqualTo("I1: " + nasty);
  }

  @Test
  void aLongRunHasAPageOfBoundedSize() throws Exception {
    RecordedRun run = RecordedRuns.busy(4);
    assertThat(run.events()).hasSizeGreaterThan(10_000);
    assertThat(TracePage.html(run).length() / run.events().size()).isLessThan(BYTES_PER_EVENT);
  }
}
