package org.stellwerk.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.options.RestOptions;
import org.stellwerk.runtime.options.TaskManagerOptions;

final class ConfigurationLoaderTest {

  @TempDir Path directory;

  private Configuration load(String yaml, Map<String, String> dynamic) throws IOException {
    Files.writeString(directory.resolve(ConfigurationLoader.FILE_NAME), yaml);
    return ConfigurationLoader.load(directory, dynamic);
  }

  @Test
  void flatAndNestedKeysMeanTheSame() throws IOException {
    assertThat(load("rest.port: 8082", Map.of()).get(RestOptions.PORT)).isEqualTo(8082);
    assertThat(load("rest:\n  port: 8083\n", Map.of()).get(RestOptions.PORT)).isEqualTo(8083);
  }

  @Test
  void commandLineWins() throws IOException {
    Configuration configuration = load("rest.port: 8082", Map.of("rest.port", "9000"));
    assertThat(configuration.get(RestOptions.PORT)).isEqualTo(9000);
    assertThat(configuration.get(TaskManagerOptions.NUM_TASK_SLOTS))
        .isEqualTo(TaskManagerOptions.NUM_TASK_SLOTS.defaultValue());
  }

  @Test
  void emptyFileHasDefaults() throws IOException {
    assertThat(load("# nothing\n", Map.of()).toMap()).isEmpty();
  }

  @Test
  void unknownKeyNamesTheNearestAndTheFile() {
    assertThatThrownBy(() -> load("taskmanager.numberOfTaskSlot: 3", Map.of()))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("'taskmanager.numberOfTaskSlot'")
        .hasMessageContaining("did you mean 'taskmanager.numberOfTaskSlots'?")
        .hasMessageContaining(ConfigurationLoader.FILE_NAME);
  }

  @Test
  void valuesThatDoNotFitTogetherAreRefused() {
    assertThatThrownBy(() -> load("heartbeat.timeout: 10 ms", Map.of()))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("heartbeat.interval (1000 ms)")
        .hasMessageContaining("heartbeat.timeout (10 ms)");
  }

  @Test
  void wrongValueNamesKeyValueAndWhatWasExpected() {
    assertThatThrownBy(() -> load("rest.port: many", Map.of()))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("'rest.port'")
        .hasMessageContaining("'many'")
        .hasMessageContaining("a whole number");
  }

  @Test
  void brokenYamlNamesTheLine() {
    assertThatThrownBy(() -> load("rest.port: [8081\nx: 1", Map.of()))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("line 2");
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(() -> ConfigurationLoader.load(directory.resolve("nowhere"), Map.of()))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void dynamicPropertiesAreReadInBothSpellings() {
    CommandLine line = CommandLine.parse(new String[] {"-D", "a=1", "-Db=2=3", "rest"});
    assertThat(line.dynamic()).containsEntry("a", "1").containsEntry("b", "2=3");
    assertThat(line.rest()).containsExactly("rest");
    assertThatThrownBy(() -> CommandLine.parse(new String[] {"-D", "nothing"}))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("key=value");
  }
}
