package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.configuration.Configuration;

/** What this JobManager process was configured with, secrets aside; the same for every job. */
final class ConfigurationRoutes {

  private final Configuration configuration;

  ConfigurationRoutes(Configuration configuration) {
    this.configuration = configuration;
  }

  void addTo(Router router) {
    router
        .add("GET", "/jobmanager/config", this::entries)
        .add("GET", "/jobs/:jobid/jobmanager/config", this::entries);
  }

  private CompletableFuture<RestResponse> entries(RestRequest request) {
    ArrayNode entries = JsonNodeFactory.instance.arrayNode();
    configuration
        .shown()
        .forEach((key, value) -> entries.addObject().put("key", key).put("value", value));
    return CompletableFuture.completedFuture(RestResponse.ok(entries));
  }
}
