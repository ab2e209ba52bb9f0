package org.stellwerk.runtime.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.ManualClock;
import org.stellwerk.runtime.gateway.ClusterAccess;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.id.JobID;

/** An endpoint over fakes with three jobs, and an HTTP client. */
abstract class RestTestBase {

  static final int MAX_CONTENT = 1 << 20;
  static final JobID RUNNING = TestingJobs.jobId(1);
  static final JobID FINISHED = TestingJobs.jobId(2);
  static final JobID FAILED = TestingJobs.jobId(3);
  static final long NOW = TestingJobs.START + 10_000;
  static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ObjectMapper mapper = new ObjectMapper();
  final TestingDispatcherGateway dispatcher = new TestingDispatcherGateway();
  final TestingResourceManagerGateway resourceManager = new TestingResourceManagerGateway();
  final TestingBlobStore blobs = new TestingBlobStore();
  final ManualClock clock = new ManualClock();
  final AtomicReference<CompletableFuture<DispatcherGateway>> access =
      new AtomicReference<>(CompletableFuture.completedFuture(dispatcher));
  @TempDir Path directory;
  RestEndpoint endpoint;
  String url;

  record Answer(int status, JsonNode body) {
    String error() {
      assertThat(body.path("errors")).hasSize(1);
      String line = body.path("errors").get(0).asText();
      assertThat(line).doesNotContain("\n").doesNotContain("Exception");
      return line;
    }
  }

  @BeforeEach
  void start() throws IOException {
    clock.setWallTimeMillis(NOW);
    dispatcher.jobs.put(RUNNING, TestingJobs.running(RUNNING));
    dispatcher.jobs.put(FINISHED, TestingJobs.finished(FINISHED));
    dispatcher.jobs.put(FAILED, TestingJobs.failed(FAILED));
    endpoint = newEndpoint("0", null);
    url = endpoint.start();
  }

  @AfterEach
  void stop() throws IOException {
    endpoint.closeAsync().join();
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  final RestEndpoint newEndpoint(String ports, @Nullable JarRunner runner) {
    RestConfig config =
        new RestConfig(
            "localhost",
            "localhost",
            ports,
            directory,
            new RestConfig.Limits(Duration.ofMillis(200), Duration.ofSeconds(5), MAX_CONTENT),
            Configuration.empty()
                .with("rest.port", ports)
                .with("security.ssl.internal.key-password", "hidden"));
    ClusterAccess cluster =
        new ClusterAccess() {
          @Override
          public CompletableFuture<DispatcherGateway> dispatcher() {
            return access.get().copy();
          }

          @Override
          public CompletableFuture<ResourceManagerGateway> resourceManager() {
            return CompletableFuture.completedFuture(resourceManager);
          }
        };
    return new RestEndpoint(config, cluster, blobs, clock, runner);
  }

  final Answer send(String method, String path, BodyPublisher body, @Nullable String type) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path)).method(method, body);
    if (type != null) {
      request.header("Content-Type", type);
    }
    try {
      HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
      assertThat(response.headers().firstValue("Content-Type").orElse(""))
          .startsWith("application/json");
      return new Answer(response.statusCode(), mapper.readTree(response.body()));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  final Answer get(String path) {
    return send("GET", path, BodyPublishers.noBody(), null);
  }

  final JsonNode ok(String path) {
    Answer answer = get(path);
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    return answer.body();
  }

  static List<String> names(JsonNode node) {
    List<String> names = new java.util.ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  static byte[] jar(@Nullable String mainClass) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (mainClass != null) {
      manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream out = new JarOutputStream(bytes, manifest)) {
      out.putNextEntry(new ZipEntry("a.txt"));
      out.write("content".getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
