package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.HardwareDescription;

class TaskExecutorConfigTest {

  private static TaskExecutorConfig read(Map<String, String> values) {
    return TaskExecutorConfig.fromConfiguration(
        Configuration.fromMap(values),
        new ResourceID("tm"),
        "host",
        new HardwareDescription(1, 2, 3, 4));
  }

  @Test
  void readsItsKeys() {
    TaskExecutorConfig config =
        read(
            Map.of(
                "taskmanager.numberOfTaskSlots", "7",
                "taskmanager.slot.timeout", "30 s",
                "task.cancellation.interval", "2 s",
                "heartbeat.interval", "3 s"));
    assertThat(config.endpointName()).isEqualTo("taskexecutor");
    assertThat(config.withEndpointName("other").endpointName()).isEqualTo("other");
    assertThat(config.numberOfSlots()).isEqualTo(7);
    assertThat(config.heartbeat().interval()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.timeouts().slot()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.timeouts().repetition()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.timeouts().cancellationInterval()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.timeouts().registration()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void aLostOfferIsRepeatedWhileTheSlotStillWaits() {
    TaskExecutorConfig.Timeouts timeouts =
        read(Map.of("taskmanager.slot.timeout", "3 s")).timeouts();
    assertThat(timeouts.repetition()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void noSlotsIsAnErrorThatNamesTheKey() {
    assertThatThrownBy(() -> read(Map.of("taskmanager.numberOfTaskSlots", "0")))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("taskmanager.numberOfTaskSlots")
        .hasMessageContaining("at least 1");
  }

  @Test
  void timesThatMustPassAreNotZero() {
    assertThatThrownBy(() -> read(Map.of("taskmanager.slot.timeout", "0 ms")))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("taskmanager.slot.timeout");
    assertThatThrownBy(() -> read(Map.of("task.cancellation.interval", "0 ms")))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("task.cancellation.interval");
  }
}
