package org.stellwerk.runtime.rest;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Answers the requests of one route; runs on a thread of the REST endpoint and may read files. */
@FunctionalInterface
interface RestHandler {

  /**
   * Answers one request.
   *
   * @throws RestException for what the caller did wrong
   */
  CompletableFuture<RestResponse> handle(RestRequest request) throws IOException;
}
