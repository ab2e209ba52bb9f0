package org.stellwerk.benchmarks.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.stellwerk.runtime.id.JobID;

/**
 * Jobs for Flink, which benchmarks/peer has written into files, KIND/JOB-ID; each is handed in
 * once, with its jar. This client knows nothing of Flink but where it takes jobs, so that both
 * clusters are measured through the same client.
 */
final class PeerJobs {

  private static final String BOUNDARY = "part-of-a-submission";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final URI submissions;
  private final Path directory;
  private final byte[] jar;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, Iterator<Path>> unused = new HashMap<>();

  PeerJobs(URI address, Path directory, Path jar) throws IOException {
    this.submissions = address.resolve("/jobs");
    this.directory = directory;
    this.jar = Files.readAllBytes(jar);
  }

  /** The next job of the kind. */
  PreparedJob next(String kind) {
    Path file = unused.computeIfAbsent(kind, this::list).next();
    String id = file.getFileName().toString();
    byte[] body = body(id, file);
    return new PreparedJob(JobID.fromHexString(id), () -> submit(id, body));
  }

  private Iterator<Path> list(String kind) {
    try (Stream<Path> files = Files.list(directory.resolve(kind))) {
      return List.copyOf(files.toList()).iterator();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] body(String id, Path graph) {
    String request =
        "{\"jobGraphFileName\":\""
            + id
            + "\",\"jobJarFileNames\":[\"job.jar\"],\"jobArtifactFileNames\":[]}";
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      part(out, "name=\"request\"", request.getBytes(StandardCharsets.UTF_8));
      part(out, "name=\"file_0\"; filename=\"" + id + "\"", Files.readAllBytes(graph));
      part(out, "name=\"file_1\"; filename=\"job.jar\"", jar);
      out.write(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void part(ByteArrayOutputStream out, String disposition, byte[] content)
      throws IOException {
    String type = disposition.contains("filename") ? "octet-stream" : "json";
    String head =
        "--%s\r\nContent-Disposition: form-data; %s\r\nContent-Type: application/%s\r\n\r\n"
            .formatted(BOUNDARY, disposition, type);
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(content);
    out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  private void submit(String id, byte[] body) {
    HttpRequest request =
        HttpRequest.newBuilder(submissions)
            .timeout(PATIENCE)
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 202) {
        throw new IOException(id + ": " + answer.statusCode() + " " + answer.body());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted while submitting " + id, e);
    }
  }
}
