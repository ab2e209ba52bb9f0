package org.stellwerk.runtime.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Uploaded jars. */
final class JarRoutesTest extends RestTestBase {

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
}
