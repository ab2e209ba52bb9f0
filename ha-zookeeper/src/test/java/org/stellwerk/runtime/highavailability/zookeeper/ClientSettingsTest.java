package org.stellwerk.runtime.highavailability.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.zookeeper.client.ZKClientConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientSettingsTest {

  private static final Map<String, String> PROPERTIES =
      Map.of(
          ZKClientConfig.ZK_SASL_CLIENT_USERNAME,
          "zk",
          ZKClientConfig.LOGIN_CONTEXT_NAME_KEY,
          "Section",
          ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT,
          "1234",
          ZKClientConfig.JUTE_MAXBUFFER,
          "4321",
          "zookeeper.ssl.keyStore.location",
          "/keys");

  @AfterEach
  void clear() {
    PROPERTIES.keySet().forEach(System::clearProperty);
    System.clearProperty(ZKClientConfig.SECURE_CLIENT);
  }

  @Test
  void systemPropertiesOfTheClientCount() {
    PROPERTIES.forEach(System::setProperty);
    ZKClientConfig plain = new ClientSettings();
    PROPERTIES.forEach((name, value) -> assertThat(plain.getProperty(name)).isEqualTo(value));
  }

  @Test
  void aClientWithTlsHasTheSettingsOfTheClassAbove() {
    PROPERTIES.forEach(System::setProperty);
    System.setProperty(ZKClientConfig.SECURE_CLIENT, "true");
    ZKClientConfig secure = new ClientSettings();
    ZKClientConfig other = new ZKClientConfig();
    for (String name : PROPERTIES.keySet()) {
      assertThat(secure.getProperty(name)).isEqualTo(other.getProperty(name));
    }
    assertThat(secure.getBoolean(ZKClientConfig.SECURE_CLIENT)).isTrue();
  }
}
