package org.stellwerk.runtime.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.id.JobID;

/** What holds for every route, and where the endpoint listens. */
final class RestEndpointTest extends RestTestBase {

  @Test
  void mistakesOfTheCallerAreOneLine() {
    JobID unknown = TestingJobs.jobId(99);
    assertThat(get("/jobs/" + unknown).status()).isEqualTo(404);
    assertThat(get("/jobs/" + unknown).error()).contains(unknown.toString());
    assertThat(get("/jobs/" + unknown + "/execution-result").status()).isEqualTo(404);
    assertThat(get("/jobs/xyz").status()).isEqualTo(400);
    assertThat(get("/jobs/xyz").error()).contains("'xyz' is not a JobID");
    assertThat(get("/jobs/" + RUNNING + "/vertices/xyz").status()).isEqualTo(400);
    Answer vertex = get("/jobs/" + RUNNING + "/vertices/" + unknown);
    assertThat(vertex.status()).isEqualTo(404);
    assertThat(vertex.error()).contains("no vertex");
    assertThat(get("/nowhere").status()).isEqualTo(404);
    assertThat(get("/nowhere").error()).isEqualTo("Not found: /nowhere");
    assertThat(get("/").status()).isEqualTo(404);
    Answer method = send("DELETE", "/overview", BodyPublishers.noBody(), null);
    assertThat(method.status()).isEqualTo(405);
    assertThat(method.error()).contains("allowed: GET");
  }

  @Test
  void withoutALeaderARequestWaitsForItsTimeOnly() {
    access.set(new CompletableFuture<>());
    Answer answer = get("/overview");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.error()).contains("No JobManager leads").contains("await-leader-timeout");
    CompletableFuture<DispatcherGateway> soon = new CompletableFuture<>();
    access.set(soon);
    CompletableFuture<Answer> waiting = CompletableFuture.supplyAsync(() -> get("/overview"));
    soon.complete(dispatcher);
    assertThat(waiting.join().status()).isEqualTo(200);
  }

  @Test
  void anUnreachableLeaderIsUnavailable() {
    access.set(CompletableFuture.failedFuture(new RpcConnectionException("nobody answers")));
    Answer answer = get("/overview");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.error()).contains("nobody answers");
  }

  @Test
  void aTakenPortIsNamedWithTheKeyToChange() {
    RestEndpoint second = newEndpoint(String.valueOf(endpoint.port()), null);
    assertThatThrownBy(second::start)
        .isInstanceOf(BindException.class)
        .hasMessageContaining("port " + endpoint.port())
        .hasMessageContaining("rest.port")
        .hasMessageNotContaining("\n");
    second.closeAsync().join();
  }

  @Test
  void theNextPortOfARangeIsTaken() throws IOException {
    RestEndpoint second = newEndpoint(endpoint.port() + ",0", null);
    second.start();
    assertThat(second.port()).isNotEqualTo(endpoint.port());
    second.closeAsync().join();
    second.closeAsync().join();
  }

  @Test
  void theConfigurationSaysWhereToListen() {
    RestConfig config =
        RestConfig.fromConfiguration(
            Configuration.empty()
                .with("jobmanager.rpc.address", "jm-1")
                .with("rest.port", "9000")
                .with("rest.bind-address", "0.0.0.0"));
    assertThat(config.address()).isEqualTo("jm-1");
    assertThat(config.bindAddress()).isEqualTo("0.0.0.0");
    assertThat(config.bindPorts()).isEqualTo("9000");
    assertThat(BindPorts.parse("8081, 9000-9002")).containsExactly(8081, 9000, 9001, 9002);
    assertThatThrownBy(() -> BindPorts.parse("80-x")).hasMessageContaining("80-x");
  }

  @Test
  void aStoreThatIsOutOfReachIsUnavailable() {
    access.set(CompletableFuture.failedFuture(new StoreUnavailableException("no store", null)));
    Answer answer = get("/overview");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.error()).contains("store cannot be used now, try again: no store");
  }

  private HttpResponse<String> raw(String method, String path) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(url + path))
            .method(method, BodyPublishers.noBody())
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  void headIsAnsweredAsGetWithoutABody() throws Exception {
    HttpResponse<String> get = raw("GET", "/overview");
    HttpResponse<String> head = raw("HEAD", "/overview");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    for (String header : List.of("Content-Type", "Content-Length", "Access-Control-Allow-Origin")) {
      assertThat(head.headers().firstValue(header)).isEqualTo(get.headers().firstValue(header));
    }
    assertThat(raw("HEAD", "/nowhere").statusCode()).isEqualTo(404);
    assertThat(raw("HEAD", "/jars/upload").statusCode()).isEqualTo(405);
    assertThat(raw("GET", "/overview").body()).isEqualTo(get.body());
  }

  @Test
  void optionsTellsTheMethodsOfAPath() throws Exception {
    HttpResponse<String> job = raw("OPTIONS", "/v1/jobs/" + RUNNING);
    assertThat(job.statusCode()).isEqualTo(200);
    assertThat(job.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS, PATCH");
    assertThat(job.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
    assertThat(job.headers().firstValue("Access-Control-Allow-Methods")).isEmpty();
    assertThat(raw("OPTIONS", "/nowhere").statusCode()).isEqualTo(404);
    assertThat(raw("PUT", "/overview").headers().firstValue("Allow"))
        .contains("GET, HEAD, OPTIONS");
  }
}
