package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements.VertexBounds;

/**
 * The bounds between which the parallelism of a job's vertices is chosen: shown and changed, in
 * Flink's shape, {@code {"<vertex>":{"parallelism":{"lowerBound":1,"upperBound":4}}}}. A change
 * names every vertex.
 */
final class ResourceRequirementsRoutes {

  private static final String PATH = "/jobs/:jobid/resource-requirements";
  private static final String PARALLELISM = "parallelism";
  private static final String LOWER = "lowerBound";
  private static final String UPPER = "upperBound";
  private static final int MAX_BODY_BYTES = 4 << 20;

  private final Leader leader;
  private final ObjectMapper mapper = new ObjectMapper();

  ResourceRequirementsRoutes(Leader leader) {
    this.leader = leader;
  }

  void addTo(Router router) {
    router.add("GET", PATH, this::show).add("PUT", PATH, this::change);
  }

  private static JobID jobId(RestRequest request) {
    return request.path("jobid", JobID::fromHexString);
  }

  private CompletableFuture<RestResponse> show(RestRequest request) {
    JobID jobId = jobId(request);
    return leader
        .dispatcher(
            (dispatcher, timeout) -> dispatcher.requestJobResourceRequirements(jobId, timeout))
        .thenApply(requirements -> RestResponse.ok(view(requirements)));
  }

  private static ObjectNode view(JobResourceRequirements requirements) {
    ObjectNode body = Json.object();
    for (VertexBounds vertex : requirements.vertices()) {
      body.putObject(vertex.vertexId().toString())
          .putObject(PARALLELISM)
          .put(LOWER, vertex.lowerBound())
          .put(UPPER, vertex.upperBound());
    }
    return body;
  }

  private CompletableFuture<RestResponse> change(RestRequest request) throws IOException {
    JobID jobId = jobId(request);
    JobResourceRequirements requirements = read(request);
    return leader
        .dispatcher(
            (dispatcher, timeout) ->
                dispatcher.updateJobResourceRequirements(jobId, requirements, timeout))
        .thenApply(acknowledge -> RestResponse.ok(Json.object()));
  }

  private JobResourceRequirements read(RestRequest request) throws IOException {
    byte[] bytes = request.body().readNBytes(MAX_BODY_BYTES + 1);
    if (bytes.length > MAX_BODY_BYTES) {
      throw LimitedInputStream.tooLarge(MAX_BODY_BYTES);
    }
    JsonNode body;
    try {
      body = mapper.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw RestException.badRequest("The body is not JSON: " + e.getOriginalMessage());
    }
    if (!body.isObject() || body.isEmpty()) {
      throw RestException.badRequest(
          "The body is not a JSON object with an entry for each vertex of the job");
    }
    try {
      List<VertexBounds> vertices = new ArrayList<>();
      for (Map.Entry<String, JsonNode> entry : body.properties()) {
        vertices.add(bounds(entry.getKey(), entry.getValue()));
      }
      return new JobResourceRequirements(vertices);
    } catch (IllegalArgumentException e) {
      throw RestException.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private static VertexBounds bounds(String vertexId, JsonNode node) {
    requireOnly(vertexId, node, Set.of(PARALLELISM));
    JsonNode bounds = node.path(PARALLELISM);
    requireOnly(vertexId + "." + PARALLELISM, bounds, Set.of(LOWER, UPPER));
    return new VertexBounds(
        JobVertexID.fromHexString(vertexId),
        bound(vertexId, bounds, LOWER),
        bound(vertexId, bounds, UPPER));
  }

  private static void requireOnly(String where, JsonNode node, Set<String> fields) {
    if (!node.isObject()) {
      throw new IllegalArgumentException(
          "'" + where + "' is not an object with the fields " + String.join(", ", fields));
    }
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!fields.contains(name)) {
                throw new IllegalArgumentException(
                    "'" + where + "' has the unknown field '" + name + "'");
              }
            });
  }

  private static int bound(String vertexId, JsonNode bounds, String field) {
    JsonNode value = bounds.path(field);
    if (!value.isInt()) {
      throw new IllegalArgumentException(
          "'" + vertexId + "." + PARALLELISM + "." + field + "' is not a whole number");
    }
    return value.intValue();
  }
}
