package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.Vertex;
import org.stellwerk.time.Clock;

/** The routes about jobs and their vertices, and the one that cancels. */
final class JobRoutes {

  private static final int DEFAULT_MAX_EXCEPTIONS = 20;

  private final Leader leader;
  private final Clock clock;

  JobRoutes(Leader leader, Clock clock) {
    this.leader = leader;
    this.clock = clock;
  }

  void addTo(Router router) {
    String job = "/jobs/:jobid";
    String vertex = job + "/vertices/:vertexid";
    router
        .add("GET", "/jobs", this::ids)
        .add("GET", "/jobs/overview", this::overview)
        .add("GET", job, request -> ofJob(request, JobViews::details))
        .add("PATCH", job, this::cancel)
        .add("GET", job + "/status", this::status)
        .add("GET", job + "/execution-result", this::executionResult)
        .add("GET", job + "/exceptions", this::exceptions)
        .add("GET", job + "/plan", this::plan)
        .add(
            "GET",
            job + "/config",
            request -> ofJob(request, (found, now) -> JobViews.config(found)))
        .add("GET", vertex, request -> ofVertex(request, VertexViews::details))
        .add(
            "GET",
            vertex + "/subtasktimes",
            request -> ofVertex(request, VertexViews::subtaskTimes))
        .add(
            "GET",
            vertex + "/taskmanagers",
            request -> ofVertex(request, VertexViews::taskManagers));
  }

  private static JobID jobId(RestRequest request) {
    return request.path("jobid", JobID::fromHexString);
  }

  private CompletableFuture<RestResponse> ids(RestRequest request) {
    return leader
        .dispatcher(DispatcherGateway::requestMultipleJobDetails)
        .thenApply(jobs -> RestResponse.ok(JobViews.ids(jobs)));
  }

  private CompletableFuture<RestResponse> overview(RestRequest request) {
    return leader
        .dispatcher(DispatcherGateway::requestMultipleJobDetails)
        .thenApply(jobs -> RestResponse.ok(JobViews.overview(jobs, clock.absoluteTimeMillis())));
  }

  private CompletableFuture<ArchivedExecutionGraph> job(RestRequest request) {
    JobID jobId = jobId(request);
    return leader.dispatcher((dispatcher, timeout) -> dispatcher.requestJob(jobId, timeout));
  }

  private CompletableFuture<RestResponse> ofJob(
      RestRequest request, BiFunction<ArchivedExecutionGraph, Long, ObjectNode> view) {
    return job(request)
        .thenApply(job -> RestResponse.ok(view.apply(job, clock.absoluteTimeMillis())));
  }

  private CompletableFuture<RestResponse> ofVertex(
      RestRequest request, BiFunction<Vertex, Long, ObjectNode> view) {
    JobVertexID vertexId = request.path("vertexid", JobVertexID::fromHexString);
    return job(request)
        .thenApply(
            job ->
                job.vertices().stream()
                    .filter(vertex -> vertex.id().equals(vertexId))
                    .findFirst()
                    .map(vertex -> RestResponse.ok(view.apply(vertex, clock.absoluteTimeMillis())))
                    .orElseThrow(
                        () ->
                            RestException.notFound(
                                "Job " + job.jobId() + " has no vertex " + vertexId)));
  }

  private CompletableFuture<RestResponse> status(RestRequest request) {
    JobID jobId = jobId(request);
    return leader
        .dispatcher((dispatcher, timeout) -> dispatcher.requestJobStatus(jobId, timeout))
        .thenApply(status -> RestResponse.ok(Json.object().put("status", status.name())));
  }

  private CompletableFuture<RestResponse> executionResult(RestRequest request) {
    JobID jobId = jobId(request);
    return leader.dispatcher(
        (dispatcher, timeout) ->
            dispatcher
                .requestJobStatus(jobId, timeout)
                .thenCompose(
                    status ->
                        status.isGloballyTerminal()
                            ? dispatcher
                                .requestJobResult(jobId, timeout)
                                .thenApply(JobViews::result)
                            : CompletableFuture.completedFuture(JobViews.inProgress()))
                .thenApply(RestResponse::ok));
  }

  private CompletableFuture<RestResponse> exceptions(RestRequest request) {
    int max = request.query("maxExceptions", JobRoutes::count).orElse(DEFAULT_MAX_EXCEPTIONS);
    return ofJob(request, (job, now) -> ExceptionViews.exceptions(job, max));
  }

  private static int count(String text) {
    int count;
    try {
      count = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      count = -1;
    }
    if (count < 0) {
      throw new IllegalArgumentException("'" + text + "' is not a number of exceptions");
    }
    return count;
  }

  private CompletableFuture<RestResponse> plan(RestRequest request) {
    return ofJob(
        request,
        (job, now) -> {
          ObjectNode node = Json.object();
          node.set("plan", JobViews.plan(job));
          return node;
        });
  }

  private CompletableFuture<RestResponse> cancel(RestRequest request) {
    String mode = request.query("mode", text -> text).orElse("cancel");
    if (!mode.equals("cancel")) {
      throw RestException.badRequest("Bad query parameter mode: '" + mode + "'; expected cancel");
    }
    JobID jobId = jobId(request);
    return leader
        .dispatcher((dispatcher, timeout) -> dispatcher.cancelJob(jobId, timeout))
        .thenApply(acknowledge -> RestResponse.accepted(Json.object()));
  }
}
