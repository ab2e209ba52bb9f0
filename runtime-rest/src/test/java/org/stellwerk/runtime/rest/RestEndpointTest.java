package org.stellwerk.runtime.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.BindException;
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
import java.util.Optional;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.simulation.ManualClock;
import org.stellwerk.runtime.gateway.ClusterAccess;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.exceptions.DuplicateJobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.JobSubmissionException;
import org.stellwerk.runtime.persistence.JobGraphSerializer;

class RestEndpointTest {

  private static final int MAX_CONTENT = 1 << 20;
  private static final JobID RUNNING = TestingJobs.jobId(1);
  private static final JobID FINISHED = TestingJobs.jobId(2);
  private static final JobID FAILED = TestingJobs.jobId(3);
  private static final long NOW = TestingJobs.START + 10_000;

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final ObjectMapper mapper = new ObjectMapper();
  private final TestingDispatcherGateway dispatcher = new TestingDispatcherGateway();
  private final TestingBlobStore blobs = new TestingBlobStore();
  private final ManualClock clock = new ManualClock();
  private final AtomicReference<CompletableFuture<DispatcherGateway>> access =
      new AtomicReference<>(CompletableFuture.completedFuture(dispatcher));
  private @TempDir Path directory;
  private RestEndpoint endpoint;
  private String url;

  private record Answer(int status, JsonNode body) {
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

  private RestEndpoint newEndpoint(String ports, @Nullable JarRunner runner) {
    RestConfig config =
        new RestConfig(
            "localhost",
            "localhost",
            ports,
            directory,
            new RestConfig.Limits(Duration.ofMillis(200), Duration.ofSeconds(5), MAX_CONTENT));
    ClusterAccess cluster =
        new ClusterAccess() {
          @Override
          public CompletableFuture<DispatcherGateway> dispatcher() {
            return access.get().copy();
          }

          @Override
          public CompletableFuture<ResourceManagerGateway> resourceManager() {
            return CompletableFuture.completedFuture(new TestingResourceManagerGateway());
          }
        };
    return new RestEndpoint(config, cluster, blobs, clock, runner);
  }

  private Answer send(String method, String path, BodyPublisher body, @Nullable String type) {
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

  private Answer get(String path) {
    return send("GET", path, BodyPublishers.noBody(), null);
  }

  private JsonNode ok(String path) {
    Answer answer = get(path);
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    return answer.body();
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new java.util.ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

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
            "name",
            "maxParallelism",
            "parallelism",
            "status",
            "start-time",
            "end-time",
            "duration",
            "tasks",
            "metrics");
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

  private static byte[] jar(@Nullable String mainClass) throws IOException {
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

  private Answer submit(MultipartForm form) {
    return send("POST", "/v1/jobs", BodyPublishers.ofByteArray(form.bytes()), form.contentType());
  }

  private static MultipartForm submission(JobGraph graph, byte[]... jars) {
    MultipartForm form = new MultipartForm();
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < jars.length; i++) {
      form.file("file_" + i, "job" + i + ".jar", jars[i]);
      names.append(i == 0 ? "" : ",").append("\"job").append(i).append(".jar\"");
    }
    form.file("file_g", "graph.json", JobGraphSerializer.toBytes(graph));
    form.field(
        "request",
        "{\"jobGraphFileName\":\"graph.json\",\"jobJarFileNames\":["
            + names
            + "],\"jobArtifactFileNames\":[]}");
    return form;
  }

  @Test
  void submitting() throws IOException {
    JobID jobId = TestingJobs.jobId(7);
    byte[] first = jar("org.example.Main");
    byte[] second = jar(null);
    Answer answer = submit(submission(TestingJobs.graph(jobId), first, second));
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(202);
    assertThat(answer.body().path("jobUrl").asText()).isEqualTo("/jobs/" + jobId);
    assertThat(dispatcher.submitted)
        .containsExactly(
            TestingJobs.graph(jobId)
                .withUserJars(
                    List.of(TestingBlobStore.keyOf(first), TestingBlobStore.keyOf(second))));
    assertThat(blobs.blobs).hasSize(2);
  }

  @Test
  void aSubmissionIsAnsweredOnlyAfterTheDispatcher() throws Exception {
    dispatcher.submitAnswer = new CompletableFuture<>();
    MultipartForm form = submission(TestingJobs.graph(TestingJobs.jobId(7)));
    CompletableFuture<HttpResponse<String>> answer =
        CLIENT.sendAsync(
            HttpRequest.newBuilder(URI.create(url + "/jobs"))
                .header("Content-Type", form.contentType())
                .POST(BodyPublishers.ofByteArray(form.bytes()))
                .build(),
            BodyHandlers.ofString());
    org.awaitility.Awaitility.await().until(() -> !dispatcher.submitted.isEmpty());
    assertThat(answer).isNotDone();
    dispatcher.submitAnswer.complete(org.stellwerk.runtime.messages.Acknowledge.INSTANCE);
    assertThat(answer.get().statusCode()).isEqualTo(202);
  }

  @Test
  void refusedSubmissions() {
    MultipartForm form = submission(TestingJobs.graph(TestingJobs.jobId(7)));
    dispatcher.submitAnswer =
        CompletableFuture.failedFuture(new DuplicateJobSubmissionException("Job is there already"));
    assertThat(submit(form).status()).isEqualTo(409);
    assertThat(submit(form).error()).isEqualTo("Job is there already");
    dispatcher.submitAnswer =
        CompletableFuture.failedFuture(new JobSubmissionException("Needs 9 slots, there are 4"));
    assertThat(submit(form).status()).isEqualTo(400);
    dispatcher.submitAnswer = CompletableFuture.failedFuture(new IllegalStateException("bug"));
    Answer broken = submit(form);
    assertThat(broken.status()).isEqualTo(500);
    assertThat(broken.body().path("errors").get(0).asText()).contains("bug").doesNotContain("\n");
  }

  @Test
  void badSubmissions() {
    byte[] graph = JobGraphSerializer.toBytes(TestingJobs.graph(TestingJobs.jobId(7)));
    String names = "{\"jobGraphFileName\":\"g\",\"jobJarFileNames\":[\"a.jar\"]}";
    MultipartForm missing = new MultipartForm().field("request", names).file("file", "g", graph);
    assertThat(submit(missing).status()).isEqualTo(400);
    assertThat(submit(missing).error()).contains("'a.jar'");
    MultipartForm noRequest = new MultipartForm().file("file", "g", graph);
    assertThat(submit(noRequest).error()).contains("no field 'request'");
    MultipartForm noJson = new MultipartForm().field("request", "{");
    assertThat(submit(noJson).error()).contains("is not JSON");
    MultipartForm noGraph =
        new MultipartForm()
            .field("request", "{\"jobGraphFileName\":\"g\"}")
            .file("file", "g", "{}".getBytes(StandardCharsets.UTF_8));
    assertThat(submit(noGraph).status()).isEqualTo(400);
    MultipartForm twice =
        new MultipartForm().field("request", names).file("f", "g", graph).file("f", "g", graph);
    assertThat(submit(twice).error()).contains("Two uploaded files");
    Answer plain = send("POST", "/jobs", BodyPublishers.ofString("{}"), "application/json");
    assertThat(plain.status()).isEqualTo(400);
    assertThat(plain.error()).contains("multipart/form-data");
    Answer cutOff =
        send(
            "POST",
            "/jobs",
            BodyPublishers.ofString("--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nabc"),
            "multipart/form-data; boundary=x");
    assertThat(cutOff.status()).isEqualTo(400);
    assertThat(dispatcher.submitted).isEmpty();
    assertThat(blobs.blobs).isEmpty();
  }

  @Test
  void tooLargeBodies() {
    MultipartForm form = new MultipartForm().file("jarfile", "big.jar", new byte[MAX_CONTENT + 1]);
    Answer fixed =
        send("POST", "/jars/upload", BodyPublishers.ofByteArray(form.bytes()), form.contentType());
    assertThat(fixed.status()).isEqualTo(413);
    assertThat(fixed.error()).contains(String.valueOf(MAX_CONTENT));
    Answer chunked =
        send(
            "POST",
            "/jars/upload",
            BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(form.bytes())),
            form.contentType());
    assertThat(chunked.status()).isEqualTo(413);
    assertThat(ok("/jars").path("files")).isEmpty();
  }

  private Answer upload(String name, byte[] content) {
    MultipartForm form = new MultipartForm().file("jarfile", name, content);
    return send(
        "POST", "/jars/upload", BodyPublishers.ofByteArray(form.bytes()), form.contentType());
  }

  @Test
  void uploadedJars() throws IOException {
    assertThat(ok("/jars").path("files")).isEmpty();
    Answer answer = upload("/some/path/words.jar", jar("org.example.Main"));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().path("status").asText()).isEqualTo("success");
    Path file = Path.of(answer.body().path("filename").asText());
    assertThat(file).exists();
    JsonNode list = ok("/jars");
    assertThat(list.path("address").asText()).isEqualTo(url);
    JsonNode entry = list.path("files").path(0);
    assertThat(entry.path("name").asText()).isEqualTo("words.jar");
    assertThat(entry.path("id").asText()).isEqualTo(String.valueOf(file.getFileName()));
    assertThat(entry.path("entry").path(0).path("name").asText()).isEqualTo("org.example.Main");
    String path = "/jars/" + entry.path("id").asText();
    assertThat(send("DELETE", path, BodyPublishers.noBody(), null).status()).isEqualTo(200);
    assertThat(send("DELETE", path, BodyPublishers.noBody(), null).status()).isEqualTo(404);
    assertThat(ok("/jars").path("files")).isEmpty();
    assertThat(file).doesNotExist();
  }

  @Test
  void badJars() throws IOException {
    assertThat(upload("words.txt", jar(null)).error()).contains("does not end with .jar");
    Answer noZip = upload("words.jar", new byte[] {1, 2, 3});
    assertThat(noZip.status()).isEqualTo(400);
    assertThat(noZip.error()).contains("'words.jar' is not a jar");
    Answer none =
        send(
            "POST",
            "/jars/upload",
            BodyPublishers.ofByteArray(new MultipartForm().bytes()),
            new MultipartForm().contentType());
    assertThat(none.status()).isEqualTo(400);
    assertThat(send("DELETE", "/jars/..%2f..%2fx", BodyPublishers.noBody(), null).status())
        .isEqualTo(404);
    assertThat(send("POST", "/jars/x/run", BodyPublishers.noBody(), null).status()).isEqualTo(404);
  }

  @Test
  void runningAJar() throws IOException {
    endpoint.closeAsync().join();
    AtomicReference<JarRunner.Program> program = new AtomicReference<>();
    endpoint =
        newEndpoint(
            "0",
            given -> {
              program.set(given);
              return CompletableFuture.completedFuture(RUNNING);
            });
    url = endpoint.start();
    Path file =
        Path.of(upload("words.jar", jar("org.example.Main")).body().path("filename").asText());
    String path = "/jars/" + file.getFileName() + "/run";
    Answer answer =
        send(
            "POST",
            path + "?entry-class=org.example.Other",
            BodyPublishers.ofString("{\"programArgsList\":[\"--n\",\"1\"],\"parallelism\":4}"),
            "application/json");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().path("jobid").asText()).isEqualTo(RUNNING.toString());
    assertThat(program.get())
        .isEqualTo(
            new JarRunner.Program(
                file, Optional.of("org.example.Other"), List.of("--n", "1"), Optional.of(4)));
    String query = "?program-args=--in%20%27a%20b%27%20%22%22";
    assertThat(send("POST", path + query, BodyPublishers.noBody(), null).status()).isEqualTo(200);
    assertThat(program.get().arguments()).containsExactly("--in", "a b", "");
    assertThat(send("POST", path + "?parallelism=0", BodyPublishers.noBody(), null).status())
        .isEqualTo(400);
    for (String wrong :
        List.of(
            "[]",
            "{",
            "{\"programArgsList\":\"x\"}",
            "{\"parallelism\":\"x\"}",
            "{\"savepointPath\":\"/s\"}",
            "{\"programArgs\":\"a\",\"programArgsList\":[\"a\"]}")) {
      Answer refused = send("POST", path, BodyPublishers.ofString(wrong), "application/json");
      assertThat(refused.status()).as(wrong).isEqualTo(400);
      assertThat(refused.error()).as(wrong).isNotBlank();
    }
    assertThat(send("POST", "/jars/x/run", BodyPublishers.noBody(), null).status()).isEqualTo(404);
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
}
