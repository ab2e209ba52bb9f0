package org.stellwerk.runtime.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.highavailability.StoreAccessDeniedException;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.exceptions.DuplicateJobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.JobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.runtime.persistence.JobGraphSerializer;

/** Submission over REST. */
final class SubmissionRoutesTest extends RestTestBase {

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

  /** So that a client tries again, as it does not when the job itself is refused. */
  @Test
  void submissionsThatAreRefusedForAWhile() {
    MultipartForm form = submission(TestingJobs.graph(TestingJobs.jobId(7)));
    for (Exception why :
        List.of(new NotLeaderException("deposed"), new StoreUnavailableException("away", null))) {
      dispatcher.submitAnswer =
          CompletableFuture.failedFuture(new JobSubmissionException("Submit it again", why));
      assertThat(submit(form).status()).isEqualTo(503);
      assertThat(submit(form).error()).isEqualTo("Submit it again");
    }
  }

  @Test
  void aJarForWhichThereIsNoRoomMayBeSubmittedLater() throws IOException {
    MultipartForm form = submission(TestingJobs.graph(TestingJobs.jobId(7)), jar(null));
    blobs.failure = new IOException("Cannot store it: No space left on device");
    Answer refused = submit(form);
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.error()).isEqualTo("Cannot store it: No space left on device; try again");
    assertThat(dispatcher.submitted).isEmpty();
    blobs.failure = null;
    assertThat(submit(form).status()).isEqualTo(202);
  }

  @Test
  void aStoreThatRefusesTheJobManagerIsNotTheClientsToRepeat() throws IOException {
    MultipartForm form = submission(TestingJobs.graph(TestingJobs.jobId(7)), jar(null));
    StoreAccessDeniedException denied = new StoreAccessDeniedException("access is denied", null);
    blobs.failure = denied;
    assertThat(submit(form).status()).isEqualTo(500);
    assertThat(submit(form).error()).isEqualTo("access is denied");
    blobs.failure = null;
    dispatcher.submitAnswer =
        CompletableFuture.failedFuture(new JobSubmissionException("not accepted", denied));
    assertThat(submit(form).status()).isEqualTo(500);
    assertThat(submit(form).error()).isEqualTo("not accepted");
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
}
