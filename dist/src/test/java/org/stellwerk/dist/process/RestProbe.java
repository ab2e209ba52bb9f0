package org.stellwerk.dist.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asks a cluster's REST endpoint, as any HTTP client would. */
final class RestProbe {

  private static final String BOUNDARY = "part-boundary";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final int port;

  RestProbe(int port) {
    this.port = port;
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    HttpResponse<String> response =
        HTTP.send(
            HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() >= 400) {
      throw new IOException(path + ": " + response.statusCode() + " " + response.body());
    }
    return JSON.readTree(response.body());
  }

  /** Uploads a jar; its id. */
  String upload(Path jar) throws IOException, InterruptedException {
    JsonNode answer = postForm("/jars/upload", file("jarfile", jar));
    return Path.of(answer.get("filename").asText()).getFileName().toString();
  }

  /** Submits a job graph in JSON with a jar; the answer's body, whatever its status. */
  JsonNode submit(Path graph, Path jar) throws IOException, InterruptedException {
    String names =
        "{\"jobGraphFileName\":\"%s\",\"jobJarFileNames\":[\"%s\"]}"
            .formatted(graph.getFileName(), jar.getFileName());
    return postForm(
        "/jobs",
        part("request", "", HttpRequest.BodyPublishers.ofString(names)),
        file("file_0", graph),
        file("file_1", jar));
  }

  private static HttpRequest.BodyPublisher file(String name, Path file) throws IOException {
    return part(
        name, "; filename=\"" + file.getFileName() + "\"", HttpRequest.BodyPublishers.ofFile(file));
  }

  private static HttpRequest.BodyPublisher part(
      String name, String more, HttpRequest.BodyPublisher content) {
    String head =
        "--%s\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n"
            .formatted(BOUNDARY, name, more);
    return HttpRequest.BodyPublishers.concat(
        HttpRequest.BodyPublishers.ofString(head),
        content,
        HttpRequest.BodyPublishers.ofString("\r\n"));
  }

  private JsonNode postForm(String path, HttpRequest.BodyPublisher... parts)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .POST(
                HttpRequest.BodyPublishers.concat(
                    HttpRequest.BodyPublishers.concat(parts),
                    HttpRequest.BodyPublishers.ofString("--" + BOUNDARY + "--\r\n")))
            .build();
    return JSON.readTree(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  /** Posts JSON; the answer's body, whatever its status. */
  JsonNode post(String path, String json) throws IOException, InterruptedException {
    return send("POST", path, json);
  }

  /** Puts JSON; the answer's body, whatever its status. */
  JsonNode put(String path, String json) throws IOException, InterruptedException {
    return send("PUT", path, json);
  }

  private JsonNode send(String method, String path, String json)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
            .timeout(Duration.ofSeconds(60))
            .method(method, HttpRequest.BodyPublishers.ofString(json))
            .build();
    return JSON.readTree(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  int freeSlots() throws IOException, InterruptedException {
    return get("/overview").get("slots-available").asInt();
  }

  int taskManagers() throws IOException, InterruptedException {
    return get("/overview").get("taskmanagers").asInt();
  }

  String jobState(String jobId) throws IOException, InterruptedException {
    return get("/jobs/" + jobId).get("state").asText();
  }

  /** The TaskManager of every subtask of a job, vertex by vertex. */
  List<List<String>> taskManagersOf(String jobId) throws IOException, InterruptedException {
    List<List<String>> placement = new ArrayList<>();
    for (JsonNode vertex : get("/jobs/" + jobId).get("vertices")) {
      List<String> hosts = new ArrayList<>();
      for (JsonNode subtask :
          get("/jobs/" + jobId + "/vertices/" + vertex.get("id").asText()).get("subtasks")) {
        hosts.add(subtask.get("taskmanager-id").asText());
      }
      placement.add(hosts);
    }
    return placement;
  }
}
