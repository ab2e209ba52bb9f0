package org.stellwerk.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A REST server that gives prepared answers in Flink's shapes. An answer may contain {@code $id}:
 * the job id in the request's path. The last answer prepared for a request is given again and
 * again.
 */
public final class FakeCluster implements AutoCloseable {

  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  private final HttpServer server;
  private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  /** A request as it came; the body byte by byte as characters. */
  public record Request(String method, String path, String contentType, String body) {}

  private record Answer(int status, String body) {}

  private FakeCluster(HttpServer server) {
    this.server = server;
  }

  public static FakeCluster start() throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    FakeCluster cluster = new FakeCluster(HttpServer.create(address, 0));
    cluster.server.createContext("/", cluster::handle);
    cluster.server.start();
    return cluster;
  }

  /** Prepares an answer; the job id in the path is written as {@code $id}. */
  public FakeCluster answer(String methodAndPath, int status, String body) {
    answers
        .computeIfAbsent(methodAndPath, key -> new ArrayDeque<>())
        .add(new Answer(status, body.replace('\'', '"')));
    return this;
  }

  /** Prepares the acceptance of jobs. */
  public FakeCluster acceptJobs() {
    return answer("POST /jobs", 202, "{'jobUrl':'/jobs/x'}");
  }

  /** Prepares a job that is seen running once and then ended with an application status. */
  public FakeCluster endJobs(String applicationStatus, String failureCause) {
    answer("GET /jobs/$id", 200, "{'jid':'$id','name':'sample','state':'RUNNING'}");
    answer("GET /jobs/$id/execution-result", 200, "{'status':{'id':'IN_PROGRESS'}}");
    return answer(
        "GET /jobs/$id/execution-result",
        200,
        "{'status':{'id':'COMPLETED'},'job-execution-result':{'id':'$id','application-status':'"
            + applicationStatus
            + "','accumulator-results':{},'net-runtime':1234"
            + failureCause
            + "}}");
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  public String hostAndPort() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  public List<Request> requests() {
    return requests;
  }

  public long count(String method) {
    return requests.stream().filter(request -> request.method().equals(method)).count();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    requests.add(new Request(exchange.getRequestMethod(), path, type == null ? "" : type, body));
    Matcher id = ID.matcher(path);
    String jobId = id.find() ? id.group() : "";
    String key = exchange.getRequestMethod() + " " + id.replaceAll("\\$id");
    Deque<Answer> prepared = answers.getOrDefault(key, new ArrayDeque<>());
    Answer answer;
    synchronized (prepared) {
      answer = prepared.size() > 1 ? prepared.poll() : prepared.peek();
    }
    if (answer == null) {
      answer = new Answer(404, "{\"errors\":[\"Not found: " + path + "\"]}");
    }
    byte[] bytes = answer.body().replace("$id", jobId).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
