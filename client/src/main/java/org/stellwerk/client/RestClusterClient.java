package org.stellwerk.client;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.ClusterOverview;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.persistence.JobGraphSerializer;

/**
 * Speaks with a cluster over its REST API, in Flink's paths and field names. Holds nothing but the
 * address; used by any thread.
 */
public final class RestClusterClient implements ClusterClient {

  private static final int MAX_PORT = 65535;

  private final HttpTransport http;
  private final Patience patience;

  /** A client of the cluster at an address such as {@code http://localhost:8081}. */
  public RestClusterClient(URI address) {
    this(new HttpTransport(address, null), Patience.NONE);
  }

  /** A client that goes on with whoever leads when nobody answers at the address. */
  public RestClusterClient(URI address, LeaderLookup leaders) {
    this(new HttpTransport(address, leaders), Patience.NONE);
  }

  private RestClusterClient(HttpTransport http, Patience patience) {
    this.http = http;
    this.patience = patience;
  }

  /** The same client, asking again as long as the patience lasts; submissions are made once. */
  public RestClusterClient with(Patience newPatience) {
    return new RestClusterClient(http, newPatience);
  }

  /**
   * Reads an address: {@code host}, {@code host:port} or {@code http://host:port}.
   *
   * @throws IllegalArgumentException in one line, if the text is none of these
   */
  public static URI parseAddress(String text, int defaultPort) {
    String withScheme = text.contains("://") ? text : "http://" + text;
    try {
      URI uri = new URI(withScheme);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      boolean bare = uri.getPath().isEmpty() || uri.getPath().equals("/");
      if (!http || uri.getHost() == null || !bare || uri.getPort() > MAX_PORT) {
        throw notAnAddress(text);
      }
      int port = uri.getPort() < 0 ? defaultPort : uri.getPort();
      return new URI(uri.getScheme(), null, uri.getHost(), port, null, null, null);
    } catch (URISyntaxException e) {
      throw notAnAddress(text);
    }
  }

  private static IllegalArgumentException notAnAddress(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is not an address: expected host:port, such as localhost:8081");
  }

  @Override
  public String address() {
    return http.base().toString();
  }

  @Override
  public void submitJob(JobGraph graph, List<Path> jars) {
    read(http.post("/jobs", submission(graph, jars)), Function.identity());
  }

  private static MultipartBody submission(JobGraph graph, List<Path> jars) {
    String graphName = graph.jobId() + ".json";
    List<String> jarNames = new ArrayList<>();
    for (Path jar : jars) {
      String plain = String.valueOf(jar.getFileName()).replaceAll("[^A-Za-z0-9._+-]", "_");
      jarNames.add(jarNames.contains(plain) ? jarNames.size() + "-" + plain : plain);
    }
    String request =
        "{\"jobGraphFileName\":\""
            + graphName
            + "\",\"jobJarFileNames\":"
            + jarNames.stream().map(n -> '"' + n + '"').collect(Collectors.joining(",", "[", "]"))
            + ",\"jobArtifactFileNames\":[]}";
    MultipartBody body = new MultipartBody();
    body.addJson("request", request.getBytes(StandardCharsets.UTF_8));
    body.addFile("file", graphName, JobGraphSerializer.toBytes(graph));
    for (int i = 0; i < jars.size(); i++) {
      Path jar = jars.get(i);
      if (!Files.isReadable(jar)) {
        throw new ProgramException("The jar " + jar.toAbsolutePath() + " cannot be read");
      }
      try {
        body.addFile("file", jarNames.get(i), jar);
      } catch (IOException e) {
        throw new ProgramException("The jar " + jar + " cannot be read: " + e.getMessage(), e);
      }
    }
    return body;
  }

  @Override
  public List<JobDetails> listJobs() {
    return ask(() -> http.get("/jobs/overview"), RestAnswers::jobs);
  }

  @Override
  public JobDetails requestJobDetails(JobID jobId) {
    return ask(() -> http.get("/jobs/" + jobId), RestAnswers::job);
  }

  @Override
  public Optional<JobResult> requestJobResult(JobID jobId) {
    return ask(
        () -> http.get("/jobs/" + jobId + "/execution-result"),
        answer -> RestAnswers.result(jobId, answer));
  }

  @Override
  public Optional<String> requestFailureOrigin(JobID jobId) {
    try {
      return ask(() -> http.get("/jobs/" + jobId + "/exceptions"), RestAnswers::failureOrigin);
    } catch (ClusterException e) {
      return Optional.empty();
    }
  }

  @Override
  public Map<String, Integer> requestOpenTasks(JobID jobId) {
    Map<String, Integer> open = new TreeMap<>();
    for (String vertex : ask(() -> http.get("/jobs/" + jobId), RestAnswers::vertexIds)) {
      ask(() -> http.get("/jobs/" + jobId + "/vertices/" + vertex), RestAnswers::openTasks)
          .forEach((taskManager, count) -> open.merge(taskManager, count, Integer::sum));
    }
    return open;
  }

  @Override
  public void cancelJob(JobID jobId) {
    ask(() -> http.patch("/jobs/" + jobId + "?mode=cancel"), Function.identity());
  }

  @Override
  public List<VertexParallelism> requestParallelism(JobID jobId) {
    Json job = ask(() -> http.get("/jobs/" + jobId), Function.identity());
    return ask(
        () -> http.get(requirementsOf(jobId)), bounds -> RestAnswers.parallelism(job, bounds));
  }

  @Override
  public void updateParallelism(JobID jobId, List<VertexParallelism> vertices) {
    String body =
        vertices.stream()
            .map(
                vertex ->
                    "\"%s\":{\"parallelism\":{\"lowerBound\":%d,\"upperBound\":%d}}"
                        .formatted(vertex.id(), vertex.lowerBound(), vertex.upperBound()))
            .collect(Collectors.joining(",", "{", "}"));
    ask(() -> http.put(requirementsOf(jobId), body), Function.identity());
  }

  private static String requirementsOf(JobID jobId) {
    return "/jobs/" + jobId + "/resource-requirements";
  }

  @Override
  public List<TaskManagerSummary> listTaskManagers() {
    return ask(() -> http.get("/taskmanagers"), RestAnswers::taskManagers);
  }

  @Override
  public TaskManagerSummary setAvailability(String taskManagerId, Availability.Mode mode) {
    String order =
        switch (mode) {
          case OPEN -> "uncordon";
          case CORDONED -> "cordon";
          case DRAINING -> "drain";
        };
    String segment = URLEncoder.encode(taskManagerId, StandardCharsets.UTF_8).replace("+", "%20");
    return ask(() -> http.post("/taskmanagers/" + segment + "/" + order), RestAnswers::taskManager);
  }

  @Override
  public ClusterOverview requestOverview() {
    return ask(() -> http.get("/overview"), RestAnswers::overview);
  }

  @Override
  public void close() {}

  private <T> T ask(Supplier<HttpTransport.Answer> request, Function<Json, T> reader) {
    return patience.ask(() -> read(request.get(), reader));
  }

  private <T> T read(HttpTransport.Answer answer, Function<Json, T> reader) {
    if (answer.isError()) {
      throw new ClusterException(describeError(answer), answer.status());
    }
    try {
      return reader.apply(Json.parse(answer.body()));
    } catch (IOException | IllegalArgumentException e) {
      throw new ClusterException(
          "What answers at "
              + address()
              + " does not speak the cluster's REST API ("
              + e.getMessage().lines().findFirst().orElse("")
              + ")",
          e);
    }
  }

  private String describeError(HttpTransport.Answer answer) {
    String statusOnly = "The server at " + address() + " answered with status " + answer.status();
    try {
      return RestAnswers.errors(Json.parse(answer.body())).orElse(statusOnly);
    } catch (IOException e) {
      return statusOnly;
    }
  }
}
