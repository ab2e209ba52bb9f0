package org.stellwerk.runtime.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.heartbeat.HeartbeatConfig;
import org.stellwerk.runtime.registration.RetryingRegistrationConfig;

class RuntimeOptionsTest {

  @Test
  void theFourTimesOfARegistrationAreConfigured() {
    Configuration configuration =
        Configuration.fromMap(
            Map.of(
                "cluster.registration.initial-timeout", "11 ms",
                "cluster.registration.max-timeout", "12 s",
                "cluster.registration.error-delay", "13 s",
                "cluster.registration.refused-registration-delay", "14 s"));
    assertThat(RuntimeOptions.registration(configuration))
        .isEqualTo(
            new RetryingRegistrationConfig(
                Duration.ofMillis(11),
                Duration.ofSeconds(12),
                Duration.ofSeconds(13),
                Duration.ofSeconds(14)));
  }

  @Test
  void heartbeatsAreConfigured() {
    Configuration configuration =
        Configuration.fromMap(
            Map.of(
                "heartbeat.interval", "2 s",
                "heartbeat.timeout", "9 s",
                "heartbeat.rpc-failure-threshold", "4"));
    assertThat(RuntimeOptions.heartbeat(configuration))
        .isEqualTo(new HeartbeatConfig(Duration.ofSeconds(2), Duration.ofSeconds(9), 4));
  }

  @Test
  void aTimeoutThatIsNotLongerThanTheIntervalIsRefusedWithBothKeys() {
    Configuration configuration =
        Configuration.fromMap(Map.of("heartbeat.interval", "9 s", "heartbeat.timeout", "9 s"));
    assertThatThrownBy(() -> RuntimeOptions.heartbeat(configuration))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "heartbeat.interval (9000 ms) must be positive and less than heartbeat.timeout"
                + " (9000 ms)");
  }
}
