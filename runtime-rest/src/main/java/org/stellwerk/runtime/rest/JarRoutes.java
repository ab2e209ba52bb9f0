package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The routes about uploaded jars; running one is a route only where something can run it. */
final class JarRoutes {

  private final JarStore store;
  private final Path uploads;
  private final Supplier<String> address;
  private final @Nullable JarRunner runner;

  JarRoutes(JarStore store, Path uploads, Supplier<String> address, @Nullable JarRunner runner) {
    this.store = store;
    this.uploads = uploads;
    this.address = address;
    this.runner = runner;
  }

  void addTo(Router router) {
    router
        .add("POST", "/jars/upload", this::upload)
        .add("GET", "/jars", this::list)
        .add("DELETE", "/jars/:jarid", this::delete);
    JarRunner running = runner;
    if (running != null) {
      router.add("POST", "/jars/:jarid/run", request -> run(request, running));
    }
  }

  private CompletableFuture<RestResponse> upload(RestRequest request) throws IOException {
    try (Upload upload = Upload.receive(request, uploads)) {
      if (upload.files().size() != 1) {
        throw RestException.badRequest(
            "Expected exactly one file in the part 'jarfile', not " + upload.files().size());
      }
      Map.Entry<String, Path> file = upload.files().entrySet().iterator().next();
      Path jar = store.add(file.getValue(), file.getKey());
      return answer(Json.object().put("filename", jar.toString()).put("status", "success"));
    }
  }

  private CompletableFuture<RestResponse> list(RestRequest request) throws IOException {
    ObjectNode node = Json.object();
    node.put("address", address.get());
    ArrayNode files = node.putArray("files");
    for (JarStore.Jar jar : store.list()) {
      ObjectNode entry = files.addObject();
      entry.put("id", jar.id());
      entry.put("name", jar.name());
      entry.put("uploaded", jar.uploadedMs());
      ArrayNode entries = entry.putArray("entry");
      jar.mainClass()
          .ifPresent(name -> entries.addObject().put("name", name).putNull("description"));
    }
    return answer(node);
  }

  private CompletableFuture<RestResponse> delete(RestRequest request) throws IOException {
    Files.deleteIfExists(store.find(request.path("jarid", id -> id)));
    return answer(Json.object());
  }

  private CompletableFuture<RestResponse> run(RestRequest request, JarRunner running)
      throws IOException {
    Path jar = store.find(request.path("jarid", id -> id));
    return running
        .run(JarRunRequest.read(request, jar))
        .thenApply(jobId -> RestResponse.ok(Json.object().put("jobid", jobId.toString())));
  }

  private static CompletableFuture<RestResponse> answer(JsonNode body) {
    return CompletableFuture.completedFuture(RestResponse.ok(body));
  }
}
