package org.stellwerk.benchmarks.ha;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** The cluster over REST, through whichever of some JobManagers answers. */
final class RestView {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final long PAUSE_MS = 50;
  private static final int FIRST_ERROR = 400;

  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<URI> addresses;

  /** An answer: its status, and its body, which is a missing node if it is no JSON. */
  record Answer(int status, JsonNode body) {
    boolean isGood() {
      return status < FIRST_ERROR;
    }
  }

  RestView(List<URI> addresses) {
    this.addresses = List.copyOf(addresses);
  }

  List<URI> addresses() {
    return addresses;
  }

  /** What the first one says that gives a good answer. */
  JsonNode get(String path) throws IOException, InterruptedException {
    return request("GET", path).body();
  }

  /** The first good answer. */
  private Answer request(String method, String path) throws IOException, InterruptedException {
    IOException failure = new IOException("There is no JobManager to ask");
    for (URI address : addresses) {
      try {
        Answer answer = ask(address, method, path, ANSWER_TIMEOUT);
        if (answer.isGood()) {
          return answer;
        }
        failure = new IOException(address + path + " answers " + answer);
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }

  static Answer ask(URI address, String method, String path, Duration timeout)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        HTTP.send(
            HttpRequest.newBuilder(address.resolve(path))
                .timeout(timeout)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    String body = response.body();
    boolean json = body.startsWith("{");
    return new Answer(
        response.statusCode(), json ? JSON.readTree(body) : MissingNode.getInstance());
  }

  void cancel(String jobId) throws IOException, InterruptedException {
    request("PATCH", "/jobs/" + jobId + "?mode=cancel");
  }

  /** Asks until the answer is as wished; also while nobody answers. */
  JsonNode await(String path, String wish, Predicate<JsonNode> isSo)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      String last;
      try {
        JsonNode answer = get(path);
        if (isSo.test(answer)) {
          return answer;
        }
        last = answer.toString();
      } catch (IOException e) {
        last = e.toString();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IOException("Waited in vain: " + wish + "; " + path + ": " + last);
      }
      Thread.sleep(PAUSE_MS);
    }
  }

  /** The state of a job in a listing; "" if it is not listed. */
  static String stateIn(JsonNode listing, String jobId) {
    for (JsonNode job : listing.path("jobs")) {
      if (job.path("jid").asText().equals(jobId)) {
        return job.path("state").asText();
      }
    }
    return "";
  }
}
