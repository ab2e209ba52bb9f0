package org.stellwerk.runtime.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the cluster and its TaskManagers look like over REST. */
final class ClusterRoutesTest extends RestTestBase {

  @ParameterizedTest
  @ValueSource(strings = {"/overview", "/v1/overview", "/overview/"})
  void overview(String path) {
    JsonNode body = ok(path);
    assertThat(names(body))
        .containsExactly(
            "taskmanagers",
            "slots-total",
            "slots-available",
            "jobs-running",
            "jobs-finished",
            "jobs-cancelled",
            "jobs-failed",
            "flink-version",
            "flink-commit");
    assertThat(body.path("slots-total").asInt()).isEqualTo(4);
    assertThat(body.path("slots-available").asInt()).isEqualTo(3);
    assertThat(body.path("jobs-failed").asInt()).isEqualTo(7);
    assertThat(body.path("flink-version").asText()).matches("\\d+\\.\\d+.*");
  }

  @Test
  void config() {
    JsonNode body = ok("/config");
    assertThat(names(body))
        .contains(
            "refresh-interval", "timezone-name", "timezone-offset", "flink-version", "features");
    assertThat(body.path("features").path("web-cancel").asBoolean()).isTrue();
    assertThat(body.path("features").path("web-submit").asBoolean()).isFalse();
  }

  @Test
  void taskManagers() {
    JsonNode first = ok("/taskmanagers").path("taskmanagers").path(0);
    assertThat(first.path("id").asText()).isEqualTo("localhost:40001-ab12");
    assertThat(first.path("slotsNumber").asInt()).isEqualTo(4);
    assertThat(first.path("freeSlots").asInt()).isEqualTo(3);
    assertThat(first.path("dataPort").asInt()).isEqualTo(40002);
    assertThat(first.path("hardware").path("cpuCores").asInt()).isEqualTo(2);
    assertThat(first.path("freeResource").path("taskHeapMemory").asInt()).isEqualTo(768);
    JsonNode one = ok("/taskmanagers/localhost:40001-ab12");
    assertThat(one.path("metrics").path("heapUsed").asLong()).isEqualTo(512L << 20);
    assertThat(ok("/taskmanagers/localhost%3A40001-ab12")).isEqualTo(one);
    Answer unknown = get("/taskmanagers/nobody");
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.error()).contains("nobody");
  }

  @Test
  void aTaskManagerIsCordonedDrainedAndOpenedAgain() {
    String path = "/taskmanagers/localhost:40001-ab12";
    assertThat(ok(path).path("availability").asText()).isEqualTo("OPEN");
    assertThat(ok(path).has("blocked")).isFalse();
    Answer cordoned = send("POST", path + "/cordon", BodyPublishers.noBody(), null);
    assertThat(cordoned.status()).isEqualTo(200);
    assertThat(cordoned.body().path("availability").asText()).isEqualTo("CORDONED");
    assertThat(cordoned.body().path("blocked").asBoolean()).isTrue();
    assertThat(ok("/taskmanagers").path("taskmanagers").path(0).path("availability").asText())
        .isEqualTo("CORDONED");
    Answer drained = send("POST", path + "/drain", BodyPublishers.noBody(), null);
    assertThat(drained.body().path("availability").asText()).isEqualTo("DRAINED");
    Answer opened = send("POST", path + "/uncordon", BodyPublishers.noBody(), null);
    assertThat(opened.body().path("availability").asText()).isEqualTo("OPEN");
    Answer unknown = send("POST", "/taskmanagers/nobody/drain", BodyPublishers.noBody(), null);
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.error()).isEqualTo("No TaskManager nobody is registered");
    assertThat(get(path + "/drain").status()).isEqualTo(405);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/jobmanager/config", "/jobs/00/jobmanager/config"})
  void configurationWithoutSecrets(String path) {
    JsonNode entries = ok(path);
    assertThat(entries).hasSize(2);
    assertThat(entries.path(0).path("key").asText()).isEqualTo("rest.port");
    assertThat(entries.path(0).path("value").asText()).isEqualTo("0");
    assertThat(entries.path(1).path("key").asText())
        .isEqualTo("security.ssl.internal.key-password");
    assertThat(entries.path(1).path("value").asText()).isEqualTo("******");
  }
}
