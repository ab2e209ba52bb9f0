package org.stellwerk.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitLinesTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "\r\n",
        "a",
        "a\n",
        "a\r\n",
        "a\nb",
        "a\r\nb\r\n",
        "\n\n\n",
        "\r\n\r\n\r\nx",
        "one\ntwo\nthree\nfour\nfive\nsix\nseven",
        "one\r\n\r\nlonger line here\r\nx\r\n\r\n",
        "ä€😀\nü\r\nß",
        "one very long line that covers several of the splits\nshort"
      })
  void everyLineIsReadByExactlyOneSplit(String text) throws IOException {
    Path file = write(text);
    for (int splits = 1; splits <= 7; splits++) {
      assertThat(readAll(file, splits)).as("%d splits", splits).isEqualTo(text.lines().toList());
    }
  }

  @Test
  void linesThatAreLongerThanTheBuffer() throws IOException {
    Random random = new Random(7);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      text.append("x".repeat(random.nextInt(100_000))).append(random.nextBoolean() ? "\n" : "\r\n");
    }
    Path file = write(text.toString());
    for (int splits = 1; splits <= 7; splits++) {
      assertThat(readAll(file, splits)).isEqualTo(text.toString().lines().toList());
    }
  }

  @Test
  void aLineBelongsToTheSplitInWhichItBegins() throws IOException {
    Path file = write("aaaa\nbbbb\ncccc\n");
    assertThat(read(file, 0, 3)).containsExactly("aaaa");
    assertThat(read(file, 1, 3)).containsExactly("bbbb");
    assertThat(read(file, 2, 3)).containsExactly("cccc");
    assertThat(read(file, 0, 2)).containsExactly("aaaa", "bbbb");
  }

  private Path write(String text) throws IOException {
    return Files.writeString(directory.resolve("text"), text, StandardCharsets.UTF_8);
  }

  private static List<String> readAll(Path file, int splits) throws IOException {
    List<String> all = new ArrayList<>();
    for (int index = 0; index < splits; index++) {
      all.addAll(read(file, index, splits));
    }
    return all;
  }

  private static List<String> read(Path file, int index, int splits) throws IOException {
    List<String> lines = new ArrayList<>();
    try (SplitLines split = SplitLines.open(file, index, splits)) {
      String line = split.next();
      while (line != null) {
        lines.add(line);
        line = split.next();
      }
    }
    return lines;
  }
}
