package org.stellwerk.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the REST API. HttpURLConnection does almost all of it, since a command that uses
 * nothing else ends 0.45 s and 20 MB earlier than one that sets up java.net.http; only PATCH, which
 * it refuses, goes through the latter.
 *
 * <p>Where a leader can be looked up, that is done when nobody answers: from then on the leader's
 * address is asked. A request that cannot have reached anybody is repeated there at once.
 */
final class HttpTransport {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
  private static final int MAX_ANSWER_BYTES = 64 << 20;
  private static final int FIRST_ERROR_STATUS = 400;

  private final @Nullable LeaderLookup leaders;
  private volatile URI base;

  /** Made with the first PATCH. */
  private @Nullable HttpClient sending;

  /** An answer, be it good or an error. */
  record Answer(int status, String body) {
    boolean isError() {
      return status >= FIRST_ERROR_STATUS;
    }
  }

  HttpTransport(URI base, @Nullable LeaderLookup leaders) {
    this.base = base;
    this.leaders = leaders;
  }

  URI base() {
    return base;
  }

  Answer get(String path) {
    return ask(() -> answer(open(path)));
  }

  Answer post(String path, MultipartBody body) {
    return ask(
        () -> {
          HttpURLConnection connection = open(path);
          connection.setRequestMethod("POST");
          connection.setDoOutput(true);
          connection.setRequestProperty("Content-Type", body.contentType());
          connection.setFixedLengthStreamingMode(body.contentLength());
          try (OutputStream out = connection.getOutputStream()) {
            body.writeTo(out);
          }
          return answer(connection);
        });
  }

  Answer put(String path, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    return ask(
        () -> {
          HttpURLConnection connection = open(path);
          connection.setRequestMethod("PUT");
          connection.setDoOutput(true);
          connection.setRequestProperty("Content-Type", "application/json; charset=UTF-8");
          connection.setFixedLengthStreamingMode(body.length);
          try (OutputStream out = connection.getOutputStream()) {
            out.write(body);
          }
          return answer(connection);
        });
  }

  private interface Request {
    Answer send() throws IOException;
  }

  private Answer ask(Request request) {
    try {
      return request.send();
    } catch (IOException e) {
      ClusterUnreachableException failure = unreachable(e);
      if (leaders == null || !findOther(leaders, failure) || failure.isOutcomeUnknown()) {
        throw failure;
      }
    }
    try {
      return request.send();
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /** Whether there is another address to ask, which it is from now on. */
  private boolean findOther(LeaderLookup lookup, ClusterUnreachableException failure) {
    URI before = base;
    Optional<URI> leader;
    try {
      leader = lookup.find();
    } catch (ClusterException e) {
      throw also(failure, e.getMessage());
    }
    base =
        leader.orElseThrow(
            () ->
                also(failure, "And no JobManager leads the cluster: wait for one, or start one."));
    return !base.equals(before);
  }

  private static ClusterUnreachableException also(
      ClusterUnreachableException failure, @Nullable String more) {
    return new ClusterUnreachableException(
        failure.getMessage() + " " + more, failure.isOutcomeUnknown(), failure);
  }

  private synchronized HttpClient sending() {
    HttpClient known = sending;
    if (known == null) {
      known =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(CONNECT_TIMEOUT)
              .build();
      sending = known;
    }
    return known;
  }

  Answer patch(String path) {
    return send("PATCH", path);
  }

  Answer post(String path) {
    return send("POST", path);
  }

  private Answer send(String method, String path) {
    return ask(
        () -> {
          HttpRequest request =
              HttpRequest.newBuilder(base.resolve(path))
                  .timeout(ANSWER_TIMEOUT)
                  .method(method, HttpRequest.BodyPublishers.noBody())
                  .build();
          try {
            HttpResponse<String> response =
                sending().send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Answer(response.statusCode(), response.body());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("Interrupted while asking " + base, e);
          }
        });
  }

  private HttpURLConnection open(String path) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) base.resolve(path).toURL().openConnection();
    connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
    connection.setReadTimeout((int) ANSWER_TIMEOUT.toMillis());
    connection.setUseCaches(false);
    return connection;
  }

  private static Answer answer(HttpURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    InputStream body =
        status >= FIRST_ERROR_STATUS ? connection.getErrorStream() : connection.getInputStream();
    if (body == null) {
      return new Answer(status, "");
    }
    try (body) {
      byte[] bytes = body.readNBytes(MAX_ANSWER_BYTES);
      return new Answer(status, new String(bytes, StandardCharsets.UTF_8));
    }
  }

  private ClusterUnreachableException unreachable(IOException e) {
    boolean asked = false;
    String message;
    if (e instanceof UnknownHostException) {
      message = "The host " + base.getHost() + " of " + base + " is not known here";
    } else if (e instanceof ConnectException || e instanceof HttpConnectTimeoutException) {
      message =
          "No cluster answers at "
              + base
              + ": is it started (bin/start-cluster.sh), and is the address right"
              + " (-m host:port, or rest.address and rest.port in conf/config.yaml)?";
    } else if (e instanceof SocketTimeoutException || e instanceof HttpTimeoutException) {
      asked = true;
      message = "No answer from " + base + " in time; what was asked for may still happen";
    } else {
      asked = true;
      message =
          "The connection to "
              + base
              + " broke ("
              + e.getMessage()
              + "); what was asked for may still happen";
    }
    return new ClusterUnreachableException(message, asked, e);
  }
}
