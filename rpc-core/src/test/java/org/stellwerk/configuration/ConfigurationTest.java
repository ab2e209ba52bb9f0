package org.stellwerk.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.SecurityOptions;

/** What a configuration shows of itself. */
class ConfigurationTest {

  @Test
  void secretsAreNotShown() {
    Configuration configuration =
        Configuration.empty()
            .with(SecurityOptions.INTERNAL_KEYSTORE_PASSWORD, "hunter2")
            .with(SecurityOptions.INTERNAL_KEY_PASSWORD, "hunter3")
            .with("fs.Secret.key", "hunter4")
            .with("high-availability.zookeeper.client.authorization", "digest:me:hunter5")
            .with("rest.port", "8081");
    assertThat(configuration.toString())
        .doesNotContain("hunter")
        .contains("security.ssl.internal.keystore-password=******")
        .contains("rest.port=8081");
    assertThat(configuration.get(SecurityOptions.INTERNAL_KEYSTORE_PASSWORD)).isEqualTo("hunter2");
  }
}
