package org.stellwerk.simulation.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements.VertexBounds;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.simulation.SimTaskPlan;
import org.stellwerk.simulation.SimTaskPlan.End;
import org.stellwerk.simulation.SimWorld;
import org.stellwerk.simulation.check.ClientHistory;
import org.stellwerk.simulation.schedule.JobShape;
import org.stellwerk.simulation.schedule.JobTasks;
import org.stellwerk.simulation.schedule.Order;
import org.stellwerk.simulation.schedule.Order.Sharing;
import org.stellwerk.simulation.schedule.Order.Submit;
import org.stellwerk.simulation.schedule.Order.SubmitStaged;
import org.stellwerk.simulation.schedule.Order.Via;

/** Carries out the orders of a schedule, and records what clients were told. */
final class RunClient implements Order.Client {

  static final Duration ASK = Duration.ofSeconds(10);
  private static final int SHARED_JAR = 0xcafe;
  private static final UUID NO_SESSION = new UUID(9, 9);

  private final SimWorld world;
  private final Map<Integer, JobGraph> submitted = new LinkedHashMap<>();
  private final ClientHistory history;
  private @Nullable DispatcherGateway known;
  private int open;

  RunClient(SimWorld world, ClientHistory history) {
    this.world = world;
    this.history = history;
  }

  /** The jobs whose submission was acknowledged. */
  Set<JobID> acknowledged() {
    return history.acknowledged();
  }

  /** Whether no order waits for its answer. */
  boolean isAnswered() {
    return open == 0;
  }

  /** The files of their own that acknowledged jobs still have. */
  List<BlobKey> jarsLeft() {
    Set<BlobKey> present = world.blobs().keys();
    List<BlobKey> left = new ArrayList<>();
    for (JobGraph graph : submitted.values()) {
      if (acknowledged().contains(graph.jobId())) {
        graph.userJars().stream().limit(1).filter(present::contains).forEach(left::add);
      }
    }
    return left;
  }

  @Override
  public void submit(Submit order) {
    JobGraph graph = graph(order);
    submitted.put(order.job(), graph);
    graph.userJars().forEach(world.blobs()::add);
    submit(graph, order.via());
  }

  @Override
  public void submitStaged(SubmitStaged order) {
    JobGraph graph = graph(order);
    submitted.put(order.job(), graph);
    submit(graph, order.via());
  }

  @Override
  public void submitAgain(int job, Via via) {
    JobGraph graph = submitted.get(job);
    if (graph != null) {
      submit(graph, via);
    }
  }

  private void submit(JobGraph graph, Via via) {
    JobID jobId = graph.jobId();
    with(
        via,
        dispatcher -> {
          CompletableFuture<Acknowledge> answer = dispatcher.submitJob(graph, ASK);
          history.submit(jobId, sessionOf(dispatcher), answer);
          return answer;
        });
  }

  @Override
  public void cancel(int job, Via via) {
    with(
        via,
        dispatcher -> {
          CompletableFuture<Acknowledge> answer = dispatcher.cancelJob(jobId(job), ASK);
          history.cancel(jobId(job), sessionOf(dispatcher), answer);
          return answer;
        });
  }

  @Override
  public void rescale(int job, int lower, int upper, Via via) {
    JobGraph graph = submitted.get(job);
    if (graph != null) {
      JobResourceRequirements bounds =
          new JobResourceRequirements(
              graph.vertices().stream()
                  .map(vertex -> new VertexBounds(vertex.id(), lower, upper))
                  .toList());
      with(via, dispatcher -> dispatcher.updateJobResourceRequirements(graph.jobId(), bounds, ASK));
    }
  }

  @Override
  public void status(int job, Via via) {
    with(
        via,
        dispatcher -> {
          CompletableFuture<JobStatus> answer = dispatcher.requestJobStatus(jobId(job), ASK);
          history.status(jobId(job), sessionOf(dispatcher), answer);
          return answer;
        });
  }

  @Override
  public void setAvailability(String taskManager, Availability.Mode mode) {
    Optional<LeaderInformation> leader = world.coordination().publishedLeader();
    if (leader.isEmpty()) {
      return;
    }
    open++;
    world
        .client()
        .rpc()
        .connect(
            leader.get().resourceManagerAddress(),
            new ResourceManagerId(leader.get().sessionId()),
            ResourceManagerGateway.class)
        .thenCompose(
            gateway -> gateway.setTaskManagerAvailability(new ResourceID(taskManager), mode, ASK))
        .whenComplete((answer, failure) -> open--);
  }

  private static UUID sessionOf(DispatcherGateway dispatcher) {
    return dispatcher.getFencingToken().value();
  }

  private <T> void with(Via via, Function<DispatcherGateway, CompletableFuture<T>> call) {
    DispatcherGateway last = known;
    Optional<LeaderInformation> leader = world.coordination().publishedLeader();
    if (last != null && via == Via.KNOWN) {
      open++;
      call.apply(last).whenComplete((answer, failure) -> open--);
    } else if (leader.isPresent()) {
      open++;
      (via == Via.WRONG_TOKEN ? connectWrongly(leader.get()) : connect(leader.get()))
          .thenCompose(call)
          .whenComplete((answer, failure) -> open--);
    }
  }

  /** What a client does that has read address and session at different times. */
  private CompletableFuture<DispatcherGateway> connectWrongly(LeaderInformation leader) {
    UUID other = known == null ? NO_SESSION : sessionOf(known);
    return world
        .client()
        .rpc()
        .connect(
            leader.dispatcherAddress(),
            new DispatcherId(other.equals(leader.sessionId()) ? NO_SESSION : other),
            DispatcherGateway.class);
  }

  private CompletableFuture<DispatcherGateway> connect(LeaderInformation leader) {
    return world
        .client()
        .rpc()
        .connect(
            leader.dispatcherAddress(),
            new DispatcherId(leader.sessionId()),
            DispatcherGateway.class)
        .thenApply(
            dispatcher -> {
              known = dispatcher;
              return dispatcher;
            });
  }

  static JobID jobId(int job) {
    return new JobID(new UUID(1, job));
  }

  /** The graph of an order: its stages in a row, of which only the last may fail or go on. */
  static JobGraph graph(SubmitStaged order) {
    JobTasks tasks = order.tasks();
    SimTaskPlan last = plan(tasks, tasks.run(), tasks.end());
    SimTaskPlan others = plan(tasks, tasks.run(), End.FINISHES);
    List<JobVertex> vertices = new ArrayList<>();
    List<JobEdge> edges = new ArrayList<>();
    for (int i = 0; i < order.stages(); i++) {
      JobVertex vertex =
          (i + 1 < order.stages() ? others : last)
              .vertex(new UUID(2L + i, order.job()), "stage-" + (i + 1), order.parallelism());
      if (i > 0) {
        edges.add(
            new JobEdge(
                vertices.get(i - 1).id(),
                vertex.id(),
                order.edges(),
                ResultPartitionType.BLOCKING));
      }
      vertices.add(vertex);
    }
    return new JobGraph(
        jobId(order.job()), "job-" + order.job(), vertices, edges, Map.of(), List.of());
  }

  /**
   * The graph of an order: its vertices in a row, each dealing its records to the next; those that
   * are co-located are not connected, so that their subtasks start again one by one.
   */
  static JobGraph graph(Submit order) {
    JobShape shape = order.shape();
    List<JobVertex> vertices = new ArrayList<>();
    List<JobEdge> edges = new ArrayList<>();
    for (int i = 0; i < shape.vertices(); i++) {
      JobVertex vertex =
          plan(order, i)
              .vertex(new UUID(2L + i, order.job()), "vertex-" + (i + 1), shape.parallelism())
              .withSlotSharing(slotSharing(shape.sharing(), i));
      if (i > 0 && shape.sharing() != Sharing.CO_LOCATED) {
        edges.add(new JobEdge(vertices.get(i - 1).id(), vertex.id(), ShipStrategy.REBALANCE));
      }
      vertices.add(vertex);
    }
    return new JobGraph(
        jobId(order.job()),
        "job-" + order.job(),
        vertices,
        edges,
        order.settings().configuration(),
        jars(order));
  }

  /** The job's own first, then one that others use, too. */
  private static List<BlobKey> jars(Submit order) {
    List<BlobKey> jars = new ArrayList<>();
    for (int i = 0; i < order.settings().jars(); i++) {
      jars.add(new BlobKey("%064x".formatted(i == 0 ? order.job() : SHARED_JAR)));
    }
    return jars;
  }

  private static SimTaskPlan plan(Submit order, int vertex) {
    JobTasks tasks = order.tasks();
    boolean inTurn = order.shape().sharing() == Sharing.GROUPS;
    return plan(
        tasks,
        tasks.run().multipliedBy(inTurn ? vertex + 1L : 1L),
        inTurn && vertex + 1 < order.shape().vertices() ? End.FINISHES : tasks.end());
  }

  private static SimTaskPlan plan(JobTasks tasks, Duration run, End end) {
    return new SimTaskPlan(tasks.setUp(), run, end, tasks.ignoresCancel(), tasks.whenCancelled());
  }

  private static SlotSharing slotSharing(Sharing sharing, int vertex) {
    return switch (sharing) {
      case ONE_GROUP -> SlotSharing.DEFAULT;
      case GROUPS -> new SlotSharing("group-" + (vertex + 1), null);
      case CO_LOCATED -> new SlotSharing(SlotSharing.DEFAULT_GROUP, "together");
    };
  }
}
