package org.stellwerk.runtime.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;

/** Jobs and their vertices over REST, in the shapes of Flink. */
final class JobRoutesTest extends RestTestBase {

  @Test
  void jobs() {
    JsonNode ids = ok("/jobs").path("jobs");
    assertThat(ids).hasSize(3);
    assertThat(ids.path(0).path("id").asText()).isEqualTo(RUNNING.toString());
    assertThat(ids.path(0).path("status").asText()).isEqualTo("RUNNING");
    JsonNode job = ok("/jobs/overview").path("jobs").path(0);
    assertThat(names(job))
        .containsExactly(
            "jid",
            "name",
            "start-time",
            "end-time",
            "duration",
            "state",
            "last-modification",
            "tasks",
            "pending-operators");
    assertThat(job.path("duration").asLong()).isEqualTo(10_000);
    assertThat(job.path("end-time").asLong()).isEqualTo(-1);
    assertThat(job.path("tasks").path("total").asInt()).isEqualTo(3);
    assertThat(job.path("tasks").path("running").asInt()).isEqualTo(1);
    assertThat(job.path("tasks").path("finished").asInt()).isEqualTo(1);
    assertThat(job.path("tasks").path("scheduled").asInt()).isEqualTo(1);
  }

  @Test
  void oneJob() {
    JsonNode job = ok("/v1/jobs/" + RUNNING);
    assertThat(job.path("jid").asText()).isEqualTo(RUNNING.toString());
    assertThat(job.path("state").asText()).isEqualTo("RUNNING");
    assertThat(job.path("now").asLong()).isEqualTo(NOW);
    assertThat(job.path("timestamps").path("RUNNING").asLong()).isEqualTo(TestingJobs.START + 100);
    assertThat(job.path("timestamps").path("FAILED").asLong()).isZero();
    JsonNode source = job.path("vertices").path(0);
    assertThat(names(source))
        .containsExactly(
            "id",
            "slotSharingGroupId",
            "name",
            "maxParallelism",
            "parallelism",
            "status",
            "start-time",
            "end-time",
            "duration",
            "tasks",
            "metrics");
    assertThat(source.path("slotSharingGroupId").asText()).matches("[0-9a-f]{32}");
    assertThat(source.path("status").asText()).isEqualTo("FINISHED");
    assertThat(source.path("duration").asLong()).isEqualTo(1000);
    JsonNode sink = job.path("vertices").path(1);
    assertThat(sink.path("status").asText()).isEqualTo("RUNNING");
    assertThat(sink.path("end-time").asLong()).isEqualTo(-1);
    assertThat(sink.path("duration").asLong()).isEqualTo(9800);
    assertThat(sink.path("tasks").path("SCHEDULED").asInt()).isEqualTo(1);
    assertThat(sink.path("metrics").path("write-records").asLong()).isEqualTo(40);
    assertThat(job.path("status-counts").path("RUNNING").asInt()).isEqualTo(1);
    JsonNode nodes = job.path("plan").path("nodes");
    assertThat(nodes.path(1).path("inputs").path(0).path("id").asText())
        .isEqualTo(TestingJobs.SOURCE.toString());
    assertThat(nodes.path(1).path("inputs").path(0).path("ship_strategy").asText())
        .isEqualTo("HASH");
    assertThat(ok("/jobs/" + RUNNING + "/plan").path("plan")).isEqualTo(job.path("plan"));
    assertThat(ok("/jobs/" + RUNNING + "/status").path("status").asText()).isEqualTo("RUNNING");
  }

  @Test
  void oneVertex() {
    String path = "/jobs/" + RUNNING + "/vertices/" + TestingJobs.SINK;
    JsonNode vertex = ok(path);
    assertThat(vertex.path("parallelism").asInt()).isEqualTo(2);
    JsonNode first = vertex.path("subtasks").path(0);
    assertThat(names(first))
        .containsExactly(
            "subtask",
            "status",
            "attempt",
            "host",
            "endpoint",
            "start-time",
            "end-time",
            "duration",
            "metrics",
            "taskmanager-id",
            "status-duration");
    assertThat(first.path("attempt").asInt()).isEqualTo(3);
    assertThat(first.path("host").asText()).isEqualTo("localhost");
    assertThat(first.path("endpoint").asText()).isEqualTo("localhost:40002");
    assertThat(first.path("taskmanager-id").asText()).isEqualTo("localhost:40001-ab12");
    assertThat(first.path("start-time").asLong()).isEqualTo(TestingJobs.START + 200);
    assertThat(first.path("status-duration").path("DEPLOYING").asLong()).isEqualTo(100);
    assertThat(first.path("status-duration").path("RUNNING").asLong()).isEqualTo(9700);
    assertThat(first.path("status-duration").path("INITIALIZING").asLong()).isEqualTo(-1);
    JsonNode second = vertex.path("subtasks").path(1);
    assertThat(second.path("host").asText()).isEqualTo("(unassigned)");
    assertThat(second.path("start-time").asLong()).isEqualTo(-1);
    assertThat(second.path("duration").asLong()).isEqualTo(-1);
    JsonNode times = ok(path + "/subtasktimes").path("subtasks").path(0);
    assertThat(times.path("timestamps").path("RUNNING").asLong())
        .isEqualTo(TestingJobs.START + 300);
    assertThat(times.path("timestamps").path("FAILED").asLong()).isZero();
    JsonNode taskManagers = ok(path + "/taskmanagers").path("taskmanagers");
    assertThat(taskManagers).hasSize(2);
    assertThat(taskManagers.path(1).path("taskmanager-id").asText())
        .isEqualTo("localhost:40001-ab12");
    assertThat(taskManagers.path(1).path("status-counts").path("RUNNING").asInt()).isEqualTo(1);
  }

  @Test
  void executionResults() {
    JsonNode running = ok("/jobs/" + RUNNING + "/execution-result");
    assertThat(running.path("status").path("id").asText()).isEqualTo("IN_PROGRESS");
    assertThat(running.has("job-execution-result")).isFalse();
    JsonNode finished = ok("/jobs/" + FINISHED + "/execution-result");
    assertThat(finished.path("status").path("id").asText()).isEqualTo("COMPLETED");
    JsonNode result = finished.path("job-execution-result");
    assertThat(result.path("application-status").asText()).isEqualTo("SUCCEEDED");
    assertThat(result.path("net-runtime").asLong()).isEqualTo(5000);
    assertThat(result.has("failure-cause")).isFalse();
    JsonNode failed = ok("/jobs/" + FAILED + "/execution-result").path("job-execution-result");
    assertThat(failed.path("application-status").asText()).isEqualTo("FAILED");
    assertThat(failed.path("failure-cause").path("class").asText())
        .isEqualTo("java.lang.IllegalStateException");
    assertThat(failed.path("failure-cause").path("stack-trace").asText()).contains("no such word");
  }

  @Test
  void exceptions() {
    JsonNode none = ok("/jobs/" + RUNNING + "/exceptions");
    assertThat(none.path("root-exception").isNull()).isTrue();
    assertThat(none.path("exceptionHistory").path("entries")).isEmpty();
    JsonNode failed = ok("/jobs/" + FAILED + "/exceptions");
    assertThat(failed.path("root-exception").asText()).contains("no such word");
    assertThat(failed.path("timestamp").asLong()).isEqualTo(TestingJobs.START + 1900);
    JsonNode entry = failed.path("exceptionHistory").path("entries").path(0);
    assertThat(entry.path("exceptionName").asText()).isEqualTo("java.lang.IllegalStateException");
    assertThat(entry.path("taskName").asText()).isEqualTo("sink (1/2) - execution #3");
    assertThat(entry.path("endpoint").asText()).isEqualTo("localhost:40002");
    assertThat(entry.path("taskManagerId").asText()).isEqualTo("localhost:40001-ab12");
    assertThat(failed.path("all-exceptions")).hasSize(1);
    assertThat(ok("/jobs/" + FAILED + "/exceptions?maxExceptions=0").path("truncated").asBoolean())
        .isTrue();
    assertThat(get("/jobs/" + FAILED + "/exceptions?maxExceptions=x").status()).isEqualTo(400);
  }

  @Test
  void configurationOfAJob() {
    JsonNode config = ok("/jobs/" + RUNNING + "/config");
    assertThat(names(config)).containsExactly("jid", "name", "execution-config");
    JsonNode execution = config.path("execution-config");
    assertThat(execution.path("job-parallelism").asInt()).isEqualTo(2);
    assertThat(execution.path("restart-strategy").asText()).startsWith("Cluster level default");
    assertThat(execution.path("user-config").path("my.key").asText()).isEqualTo("my value");
  }

  @Test
  void cancelling() {
    Answer answer =
        send("PATCH", "/jobs/" + RUNNING + "?mode=cancel", BodyPublishers.noBody(), null);
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.body()).isEmpty();
    assertThat(dispatcher.cancelled).containsExactly(RUNNING);
    Answer wrong = send("PATCH", "/jobs/" + RUNNING + "?mode=stop", BodyPublishers.noBody(), null);
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.error()).contains("stop");
    assertThat(dispatcher.cancelled).hasSize(1);
  }
}
