package org.stellwerk.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.client.ProgramException;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.ShipStrategy;

class WordCountTest {

  @TempDir private Path directory;

  @Test
  void countsTheWordsOfTheBookAsAnIndependentToolDoes() throws Exception {
    Path book = directory.resolve("kjv.txt");
    try (InputStream packed = Files.newInputStream(Path.of("src/main/data/kjv.txt.gz"));
        InputStream text = new GZIPInputStream(packed)) {
      Files.copy(text, book, StandardCopyOption.REPLACE_EXISTING);
    }
    Map<String, Long> expected = new TreeMap<>();
    for (String word : Files.readString(book).split("[^A-Za-z]+")) {
      if (!word.isEmpty()) {
        expected.merge(word.toLowerCase(Locale.ROOT), 1L, Long::sum);
      }
    }

    assertThat(runLocally(book, 3)).isEqualTo(expected);
    assertThat(expected.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(822_552);
  }

  @Test
  void onlyTheLettersAToZMakeWords() throws Exception {
    Path file =
        Files.writeString(directory.resolve("in"), "It's ABC-abc x1y \u212Aelvin \u0130a\n");
    assertThat(runLocally(file, 1))
        .isEqualTo(
            new TreeMap<>(
                Map.of("it", 1L, "s", 1L, "abc", 2L, "x", 1L, "y", 1L, "elvin", 1L, "a", 1L)));
  }

  /** Runs the vertices one after the other, with the hash edge between words and counts. */
  private Map<String, Long> runLocally(Path input, int parallelism) throws Exception {
    Path output = directory.resolve("out");
    List<List<Object>> partitions = new ArrayList<>();
    for (int i = 0; i < parallelism; i++) {
      partitions.add(new ArrayList<>());
    }
    for (int i = 0; i < parallelism; i++) {
      Map<String, String> source = Map.of(LineSource.INPUT, input.toString());
      TestingEnvironment lines = new TestingEnvironment(i, parallelism, source, List.of());
      new LineSource().invoke(lines);
      TestingEnvironment words = new TestingEnvironment(i, parallelism, Map.of(), lines.emitted());
      new WordSplitter().invoke(words);
      for (Object tally : words.emitted()) {
        int hash = ((WordTally) tally).key().hashCode();
        partitions.get(Math.floorMod(hash, parallelism)).add(tally);
      }
    }
    for (int i = 0; i < parallelism; i++) {
      TestingEnvironment counts =
          new TestingEnvironment(i, parallelism, Map.of(), partitions.get(i));
      new WordCounter().invoke(counts);
      Map<String, String> sink = Map.of(WordSink.OUTPUT, output.toString());
      new WordSink().invoke(new TestingEnvironment(i, parallelism, sink, counts.emitted()));
    }
    return readOutput(output, parallelism);
  }

  private static Map<String, Long> readOutput(Path output, int parts) throws IOException {
    Map<String, Long> counts = new TreeMap<>();
    try (Stream<Path> files = Files.list(output)) {
      List<Path> sorted = files.sorted().toList();
      assertThat(sorted).hasSize(parts).allMatch(file -> file.toString().matches(".*/part-\\d"));
      for (Path file : sorted) {
        for (String line : Files.readAllLines(file)) {
          String[] wordAndCount = line.split(" ");
          assertThat(counts.put(wordAndCount[0], Long.valueOf(wordAndCount[1]))).isNull();
        }
      }
    }
    return counts;
  }

  @Test
  void aSinkThatFailsLeavesNothing() throws IOException {
    Path output = directory.resolve("out");
    Map<String, String> sink = Map.of(WordSink.OUTPUT, output.toString());
    TestingEnvironment environment =
        new TestingEnvironment(0, 1, sink, List.of(new WordTally("a", 1), "not a tally"));
    assertThatThrownBy(() -> new WordSink().invoke(environment))
        .isInstanceOf(ClassCastException.class);
    assertThat(output).isEmptyDirectory();
  }

  @Test
  void theGraph() {
    JobGraph graph =
        WordCount.build(Path.of("/in"), Path.of("/out"), false)
            .toJobGraph(new JobID(new UUID(0, 1)), 4, Map.of());
    assertThat(graph.vertices())
        .extracting("name")
        .containsExactly("lines", "words", "counts", "sink");
    assertThat(graph.edges())
        .extracting(JobEdge::shipStrategy)
        .containsExactly(ShipStrategy.FORWARD, ShipStrategy.HASH, ShipStrategy.FORWARD);
    assertThat(graph.requiredSlots()).isEqualTo(4);
  }

  @Test
  void theStagedGraphCountsWhenAllWordsAreThere() {
    JobGraph graph =
        WordCount.build(Path.of("/in"), Path.of("/out"), true)
            .toJobGraph(new JobID(new UUID(0, 1)), 4, Map.of());
    assertThat(graph.edges())
        .extracting(edge -> edge.resultType().isBlocking())
        .containsExactly(false, true, false);
    assertThat(graph.isStaged()).isTrue();
  }

  @Test
  void whatTheUserGotWrongIsToldBeforeAnythingIsSubmitted() throws IOException {
    Path input = Files.writeString(directory.resolve("in"), "x");
    Path full = Files.createDirectory(directory.resolve("full"));
    Files.writeString(full.resolve("old"), "x");
    Path missing = directory.resolve("none");
    String usage = "; usage: WordCount --input FILE --output DIR [--staged]";

    refused("Argument --input is missing" + usage);
    refused("Argument --output is missing" + usage, "--staged", "--input", input.toString());
    refused("Argument --output is missing" + usage, "--input", input.toString());
    refused("Argument --input has no value" + usage, "--input", "--output");
    refused("Argument --output has no value" + usage, "--output");
    refused("Unknown argument 'x'" + usage, "x");
    refused("Argument --input is given twice" + usage, "--input", "a", "--input", "b");
    refused(
        "The input file " + missing + " does not exist",
        "--input",
        missing.toString(),
        "--output",
        full.toString());
    refused(
        "The input " + full + " is not a file that can be read",
        "--input",
        full.toString(),
        "--output",
        full.toString());
    refused(
        "The output directory " + full + " is not empty; remove it or name another",
        "--input",
        input.toString(),
        "--output",
        full.toString());
    refused(
        "The output " + input + " exists and is not a directory",
        "--input",
        input.toString(),
        "--output",
        input.toString());
    refused(
        "The output directory "
            + input.resolve("a/b")
            + " cannot be made: "
            + input
            + " is no directory",
        "--input",
        input.toString(),
        "--output",
        input.resolve("a/b").toString());
  }

  private static void refused(String message, String... arguments) {
    assertThatThrownBy(() -> WordCount.main(arguments))
        .as(Arrays.toString(arguments))
        .isInstanceOf(ProgramException.class)
        .hasMessage(message);
  }
}
