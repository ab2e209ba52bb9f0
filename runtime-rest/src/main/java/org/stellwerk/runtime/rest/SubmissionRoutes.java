package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.runtime.blob.BlobStore;
import org.stellwerk.runtime.highavailability.StoreAccessDeniedException;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.persistence.JobGraphSerializer;
import org.stellwerk.util.ExceptionUtils;

/**
 * POST /jobs: a multipart body with the field {@code request}, which names the uploaded files, a
 * job graph and its jars. The jars are in the blob store, and the job with the Dispatcher, before
 * it is answered.
 */
final class SubmissionRoutes {

  private static final Logger LOG = LoggerFactory.getLogger(SubmissionRoutes.class);

  private static final long MAX_GRAPH_BYTES = 64L << 20;

  private final Leader leader;
  private final BlobStore blobStore;
  private final Path uploads;
  private final Executor executor;
  private final ObjectMapper mapper = new ObjectMapper();

  /**
   * Not bound yet.
   *
   * @param uploads where files are kept until a submission is answered
   * @param executor may wait for the disk
   */
  SubmissionRoutes(Leader leader, BlobStore blobStore, Path uploads, Executor executor) {
    this.leader = leader;
    this.blobStore = blobStore;
    this.uploads = uploads;
    this.executor = executor;
  }

  void addTo(Router router) {
    router.add("POST", "/jobs", this::submit);
  }

  private record Names(String jobGraph, List<String> jars) {}

  private CompletableFuture<RestResponse> submit(RestRequest request) throws IOException {
    Upload upload = Upload.receive(request, uploads);
    CompletableFuture<RestResponse> answer;
    try {
      answer = submit(upload);
    } catch (IOException | RuntimeException e) {
      upload.close();
      throw e;
    }
    answer
        .whenCompleteAsync((response, failure) -> upload.close(), executor)
        .exceptionally(
            failedOrRejected -> {
              upload.close();
              return null;
            });
    return answer;
  }

  private CompletableFuture<RestResponse> submit(Upload upload) throws IOException {
    Names names = names(upload);
    JobGraph graph = graph(upload.file(names.jobGraph));
    List<CompletableFuture<BlobKey>> stored = new ArrayList<>();
    for (Path jar : names.jars.stream().map(upload::file).toList()) {
      stored.add(store(jar));
    }
    return FutureUtils.<BlobKey>combineAll(stored)
        .thenCompose(
            keys -> {
              JobGraph complete = graph.withUserJars(keys);
              return leader.dispatcher(
                  (dispatcher, timeout) -> dispatcher.submitJob(complete, timeout));
            })
        .thenApply(
            acknowledge ->
                RestResponse.accepted(Json.object().put("jobUrl", "/jobs/" + graph.jobId())));
  }

  /** Not for what the jar is, but because of the store's disk: that may pass, denied access not. */
  private CompletableFuture<BlobKey> store(Path jar) {
    return blobStore
        .put(jar)
        .exceptionally(
            failure -> {
              Throwable cause = ExceptionUtils.stripCompletionException(failure);
              if (!(cause instanceof IOException) || cause instanceof StoreAccessDeniedException) {
                throw new CompletionException(cause);
              }
              LOG.warn("An uploaded jar is not kept: {}", ExceptionUtils.describe(cause));
              throw new RestException(
                  RestException.UNAVAILABLE, ExceptionUtils.describe(cause) + "; try again");
            });
  }

  private Names names(Upload upload) {
    String text =
        upload
            .field("request")
            .orElseThrow(
                () -> RestException.badRequest("The multipart body has no field 'request'"));
    JsonNode root;
    try {
      root = mapper.readTree(text);
    } catch (JsonProcessingException e) {
      throw RestException.badRequest("The field 'request' is not JSON: " + e.getOriginalMessage());
    }
    String jobGraph = root.path("jobGraphFileName").asText("");
    if (jobGraph.isEmpty()) {
      throw RestException.badRequest("The field 'request' has no jobGraphFileName");
    }
    List<String> jars = new ArrayList<>();
    for (JsonNode jar : root.path("jobJarFileNames")) {
      if (!jar.isTextual()) {
        throw RestException.badRequest(
            "jobJarFileNames in the field 'request' is not a list of names");
      }
      jars.add(jar.asText());
    }
    if (!root.path("jobArtifactFileNames").isEmpty()) {
      throw RestException.badRequest(
          "jobArtifactFileNames is not supported; expected an empty list");
    }
    return new Names(jobGraph, jars);
  }

  private static JobGraph graph(Path file) throws IOException {
    if (Files.size(file) > MAX_GRAPH_BYTES) {
      throw new RestException(
          RestException.TOO_LARGE, "The job graph is larger than " + MAX_GRAPH_BYTES + " bytes");
    }
    try {
      return JobGraphSerializer.fromBytes(Files.readAllBytes(file));
    } catch (IllegalArgumentException e) {
      throw RestException.badRequest(String.valueOf(e.getMessage()));
    }
  }
}
