package org.stellwerk.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.ConfigOption;
import org.stellwerk.runtime.options.RuntimeOptions;

/**
 * Holds docs/configuration.md to the options in the code. With {@code
 * -Dstellwerk.configuration.page.write=true} it writes the page instead.
 */
final class ConfigurationPageTest {

  private static final Path PAGE = Path.of("..", "docs", "configuration.md");

  @Test
  void pageListsEveryOptionAsItIs() throws IOException {
    String expected = render();
    if (Boolean.getBoolean("stellwerk.configuration.page.write")) {
      Files.writeString(PAGE, expected);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(expected);
  }

  private static String render() {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Configuration
        All keys of `conf/config.yaml`, flat or nested; each can be given to any script as
        `-D key=value`. Keys are Flink's where the meaning is Flink's. An unknown key, or a value of the
        wrong kind, is an error that names what was wrong and the nearest known key. Durations are
        written `10 s`, `500 ms`, `PT10S`; sizes `64 mb`.

        | key | default | meaning |
        |---|---|---|
        """);
    for (ConfigOption<?> option : RuntimeOptions.known().byKey().values()) {
      page.append("| `")
          .append(option.key())
          .append("` | ")
          .append(option.defaultIfAny().map(value -> format(option, value)).orElse("–"))
          .append(" | ")
          .append(option.description())
          .append(" |\n");
    }
    return page.toString();
  }

  private static String format(ConfigOption<?> option, Object value) {
    if (value instanceof Duration duration) {
      long ms = duration.toMillis();
      return ms % 60_000 == 0 && ms > 0
          ? ms / 60_000 + " min"
          : ms % 1_000 == 0 ? ms / 1_000 + " s" : ms + " ms";
    }
    if (value instanceof Long bytes && option.type().expected().startsWith("a size")) {
      return bytes % (1 << 20) == 0 ? (bytes >> 20) + " mb" : (bytes >> 10) + " kb";
    }
    if (value instanceof Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
    return value.toString().isEmpty() ? "–" : "`" + value + "`";
  }
}
