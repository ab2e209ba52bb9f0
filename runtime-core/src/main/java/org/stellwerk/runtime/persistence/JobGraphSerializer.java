package org.stellwerk.runtime.persistence;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements.VertexBounds;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.jobgraph.SlotSharing;

/**
 * Job graphs as JSON: in the stores, and between client and REST API. The payloads of vertices stay
 * opaque (base64). Reading is strict: what is missing, misplaced or unknown is refused with an
 * IllegalArgumentException whose one line names the field, and so is a graph that is not valid.
 * Stateless.
 */
public final class JobGraphSerializer {

  private static final int VERSION = 1;
  private static final String SLOT_SHARING_GROUP = "slotSharingGroup";
  private static final String CO_LOCATION_GROUP = "coLocationGroup";
  private static final String REQUIREMENTS = "requirements";

  private JobGraphSerializer() {}

  /** The graph as a JSON document in UTF-8. */
  public static byte[] toBytes(JobGraph jobGraph) {
    ObjectNode root = JsonDocument.newObject();
    root.put("version", VERSION);
    root.put("jobId", jobGraph.jobId().toString());
    root.put("name", jobGraph.name());
    ArrayNode vertices = root.putArray("vertices");
    for (JobVertex vertex : jobGraph.vertices()) {
      ObjectNode node = vertices.addObject();
      node.put("id", vertex.id().toString());
      node.put("name", vertex.name());
      node.put("parallelism", vertex.parallelism());
      node.put("invokableClass", vertex.invokableClassName());
      putMap(node, "configuration", vertex.configuration());
      node.put("payload", vertex.payload());
      putSlotSharing(node, vertex.slotSharing());
    }
    ArrayNode edges = root.putArray("edges");
    for (JobEdge edge : jobGraph.edges()) {
      ObjectNode node = edges.addObject();
      node.put("source", edge.source().toString());
      node.put("target", edge.target().toString());
      node.put("ship", edge.shipStrategy().name());
      if (edge.resultType() != ResultPartitionType.PIPELINED) {
        node.put("exchange", edge.resultType().name());
      }
    }
    putMap(root, "configuration", jobGraph.configuration());
    ArrayNode jars = root.putArray("userJars");
    jobGraph.userJars().forEach(jar -> jars.add(jar.sha256()));
    putRequirements(root, jobGraph.requirements());
    return JsonDocument.write(root);
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException with one line, if the bytes are not a valid job graph
   */
  public static JobGraph fromBytes(byte[] bytes) {
    JsonDocument root = JsonDocument.read("Job graph", VERSION, bytes);
    JobID jobId = root.parsed("jobId", JobID::fromHexString);
    String name = root.text("name");
    List<JobVertex> vertices = new ArrayList<>();
    for (JsonDocument vertex : root.objects("vertices")) {
      vertices.add(readVertex(vertex));
    }
    List<JobEdge> edges = new ArrayList<>();
    for (JsonDocument edge : root.objects("edges")) {
      edges.add(
          new JobEdge(
              edge.parsed("source", JobVertexID::fromHexString),
              edge.parsed("target", JobVertexID::fromHexString),
              edge.oneOf("ship", ShipStrategy.class),
              edge.isAbsent("exchange")
                  ? ResultPartitionType.PIPELINED
                  : edge.oneOf("exchange", ResultPartitionType.class)));
      edge.end();
    }
    Map<String, String> configuration = root.textMap("configuration");
    List<BlobKey> jars = root.parsedList("userJars", BlobKey::new);
    JobResourceRequirements requirements = readRequirements(root);
    root.end();
    return new JobGraph(jobId, name, vertices, edges, configuration, jars, requirements);
  }

  private static JobVertex readVertex(JsonDocument vertex) {
    JobVertex read =
        new JobVertex(
            vertex.parsed("id", JobVertexID::fromHexString),
            vertex.text("name"),
            vertex.integer("parallelism"),
            vertex.text("invokableClass"),
            vertex.textMap("configuration"),
            vertex.bytes("payload"),
            readSlotSharing(vertex));
    vertex.end();
    return read;
  }

  /** Only where it is not the default one, which is what earlier versions wrote and read. */
  private static void putSlotSharing(ObjectNode node, SlotSharing sharing) {
    if (!sharing.group().equals(SlotSharing.DEFAULT_GROUP)) {
      node.put(SLOT_SHARING_GROUP, sharing.group());
    }
    if (sharing.coLocationGroup() != null) {
      node.put(CO_LOCATION_GROUP, sharing.coLocationGroup());
    }
  }

  private static SlotSharing readSlotSharing(JsonDocument vertex) {
    String group = vertex.textOrNull(SLOT_SHARING_GROUP);
    return new SlotSharing(
        group == null ? SlotSharing.DEFAULT_GROUP : group, vertex.textOrNull(CO_LOCATION_GROUP));
  }

  private static void putRequirements(ObjectNode root, JobResourceRequirements requirements) {
    if (requirements.isEmpty()) {
      return;
    }
    ArrayNode bounds = root.putArray(REQUIREMENTS);
    for (VertexBounds vertex : requirements.vertices()) {
      bounds
          .addObject()
          .put("vertex", vertex.vertexId().toString())
          .put("lowerBound", vertex.lowerBound())
          .put("upperBound", vertex.upperBound());
    }
  }

  private static JobResourceRequirements readRequirements(JsonDocument root) {
    if (root.isAbsent(REQUIREMENTS)) {
      return JobResourceRequirements.NONE;
    }
    List<VertexBounds> bounds = new ArrayList<>();
    for (JsonDocument vertex : root.objects(REQUIREMENTS)) {
      bounds.add(
          new VertexBounds(
              vertex.parsed("vertex", JobVertexID::fromHexString),
              vertex.integer("lowerBound"),
              vertex.integer("upperBound")));
      vertex.end();
    }
    return new JobResourceRequirements(bounds);
  }

  private static void putMap(ObjectNode node, String field, Map<String, String> map) {
    ObjectNode object = node.putObject(field);
    map.forEach(object::put);
  }
}
