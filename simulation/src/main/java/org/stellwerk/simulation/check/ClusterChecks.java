package org.stellwerk.simulation.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.messages.FencedMessage;
import org.stellwerk.rpc.messages.RpcInvocation;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.rpc.simulation.SimEvent;
import org.stellwerk.rpc.simulation.SimMessage;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimObserver;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.messages.TaskManagerLoss;
import org.stellwerk.runtime.options.HeartbeatOptions;
import org.stellwerk.runtime.options.JobManagerOptions;
import org.stellwerk.simulation.SimCoordination;
import org.stellwerk.simulation.SimWorld;

/**
 * The invariants I1 to I17 of a simulated cluster, checked after every event. Only the endpoint
 * whose event ran is looked at; if its snapshot has changed the invariants hear of the change. What
 * is broken is reported to the scheduler, which ends the run: nothing on the way can swallow it.
 */
public final class ClusterChecks {

  /** Comparing an endpoint with its last state costs as much as looking at it. */
  private static final int EVENTS_PER_COMPARISON = 8;

  private final SimWorld world;
  private final SimScheduler scheduler;
  private final ClientHistory history;
  private final I9MainThreads mainThreads;
  private final I17Questions questions;
  private final List<Invariant> invariants;
  private final Map<RpcEndpoint, EndpointView<?>> views = new LinkedHashMap<>();
  private final List<EndpointView<?>> gone = new ArrayList<>();
  private final Set<RpcEndpoint> ended = Collections.newSetFromMap(new IdentityHashMap<>());
  private int acknowledged;
  private long events;

  private ClusterChecks(SimWorld world) {
    this.world = world;
    this.scheduler = world.scheduler();
    SimCoordination coordination = world.coordination();
    this.history = new ClientHistory(coordination::leaderSession);
    Allocations allocations = new Allocations();
    I5Deletions deletions = new I5Deletions(this::report, new Truth(coordination)::leads);
    world.blobs().addListener(deletions);
    this.mainThreads = new I9MainThreads(this::report);
    this.questions = new I17Questions(this::report, scheduler::nowNanos);
    this.invariants =
        List.of(
            new I1SlotOwners(this::report, allocations, this::userCode),
            new I2Attempts(this::report),
            new I2Successors(this::report),
            new I2Cancellations(this::report),
            new I2LiveAttempts(
                this::report,
                coordination::leaderSession,
                scheduler::nowNanos,
                silence(world.configuration())),
            new I3StateMachines(this::report, new Truth(coordination)),
            new I4Durability(
                this::report,
                history::acknowledged,
                new Truth(coordination)::isKept,
                new I4Durability.Jars(coordination.stores()::unfinished, world.blobs()::contains)),
            new I5Fencing(this::report, coordination::leaderSession),
            deletions,
            new I6SessionOrder(this::report, new Truth(coordination)::publishedSession),
            new I7ResourceBooks(this::report, allocations),
            new I8SlotPool(this::report, allocations),
            new I11Producers(this::report, this::graphOf),
            new I12Availability(this::report),
            new I13Suspicions(
                this::report,
                scheduler::nowNanos,
                world.configuration().get(HeartbeatOptions.TIMEOUT).toNanos() / 3),
            new I14Restarts(
                this::report, this::graphOf, world.configuration(), scheduler::nowNanos),
            new I15Progress(
                this::report, coordination::leaderSession, coordination.stores()::storedJob),
            new I16Leases(
                this::report,
                world.configuration().get(JobManagerOptions.RECONNECT_LEASE),
                scheduler::nowNanos,
                process -> world.node(Processes.name(process)).isFrozen()),
            new I18Restarts(this::report, scheduler::nowNanos),
            questions,
            mainThreads);
  }

  /** How long a peer may be silent, from its last report on, until it is given up. */
  private static long silence(Configuration configuration) {
    return configuration
        .get(HeartbeatOptions.TIMEOUT)
        .plus(configuration.get(HeartbeatOptions.INTERVAL))
        .toNanos();
  }

  private Optional<JobGraph> graphOf(JobID jobId) {
    return world.coordination().stores().storedJob(jobId).map(StoredJob::graph);
  }

  /**
   * Checks the world from now on.
   *
   * @throws IllegalStateException if it has processes already, whose past would be unknown
   */
  public static ClusterChecks attach(SimWorld world) {
    if (!world.jobManagers().isEmpty() || !world.taskManagers().isEmpty()) {
      throw new IllegalStateException("The checks must be attached before processes are started");
    }
    ClusterChecks checks = new ClusterChecks(world);
    world.scheduler().addObserver(checks.new Observer());
    world.scheduler().addCheck(checks::onEventOver);
    world.addTransitionListener(checks::onTransition);
    world.coordination().stores().addListener(checks::onWrite);
    return checks;
  }

  /** What clients ask and are told; whoever plays the client records it here. */
  public ClientHistory history() {
    return history;
  }

  /** What must have become of the cluster after all faults have ended. */
  public Liveness liveness() {
    return new Liveness(world, history);
  }

  /**
   * Checks that nothing is left of processes that were asked to end, and have.
   *
   * @throws InvariantViolation with id "leak" if something is
   */
  public void checkLeaks(Collection<String> processes) {
    List<String> leaks = new Leaks(world).of(processes);
    if (!leaks.isEmpty()) {
      throw new InvariantViolation("leak", leaks.size() + " leaks: " + String.join("; ", leaks));
    }
  }

  private void report(InvariantViolation violation) {
    scheduler.reportViolation(violation);
  }

  private List<ExecutionAttemptID> userCode(String process) {
    return world.taskRunner(Processes.name(process)).running();
  }

  private void onEventOver(SimEvent event) {
    RpcEndpoint endpoint = event.endpoint();
    SimNode node = event.node();
    if (endpoint != null && node != null && !ended.contains(endpoint)) {
      EndpointView<?> view = viewOf(node, endpoint);
      if (view != null) {
        view.look(invariants, this::report);
      }
    }
    if (mayHaveChangedStores(node)) {
      history.noteLeader();
      for (Invariant invariant : invariants) {
        invariant.onCoordination();
      }
    }
    if (!gone.isEmpty()) {
      for (EndpointView<?> view : gone) {
        invariants.forEach(invariant -> invariant.onGone(view.source()));
      }
      gone.clear();
    }
    for (Invariant invariant : invariants) {
      invariant.onEndOfEvent();
    }
  }

  /** Something ran at the service, or a client has just learned that its job is kept. */
  private boolean mayHaveChangedStores(@Nullable SimNode node) {
    int known = acknowledged;
    acknowledged = history.acknowledged().size();
    return acknowledged != known || (node != null && node.name().equals(SimCoordination.NODE_NAME));
  }

  /** None of an endpoint that ends without having begun. */
  private @Nullable EndpointView<?> viewOf(SimNode node, RpcEndpoint endpoint) {
    EndpointView<?> view = views.get(endpoint);
    if (view == null && node.rpc().endpoints().contains(endpoint)) {
      view = EndpointView.of(node.toString(), endpoint);
      if (view != null) {
        views.put(endpoint, view);
      }
    }
    return view;
  }

  private void onTransition(SimNode node, String machine, Object id, Enum<?> from, Enum<?> to) {
    SimEvent event = scheduler.currentEvent();
    Transition transition = new Transition(node.toString(), sourceOf(event), machine, id, from, to);
    for (Invariant invariant : invariants) {
      invariant.onTransition(transition);
    }
  }

  private void onWrite(UUID leaderSession, String what) {
    invariants.forEach(invariant -> invariant.onWrite(leaderSession, what));
  }

  private static @Nullable Source sourceOf(@Nullable SimEvent event) {
    SimNode node = event == null ? null : event.node();
    RpcEndpoint endpoint = event == null ? null : event.endpoint();
    return node == null || endpoint == null
        ? null
        : new Source(node.toString(), endpoint.getEndpointId(), endpoint.getClass());
  }

  private final class Observer implements SimObserver {

    @Override
    public void onEvent(SimEvent event) {
      RpcEndpoint endpoint = event.endpoint();
      if (endpoint != null && events++ % EVENTS_PER_COMPARISON == 0) {
        EndpointView<?> view = views.get(endpoint);
        if (view != null) {
          view.compare(mainThreads);
        }
      }
    }

    @Override
    public void onMessage(SimMessage message) {
      if (message.label().equals("knock")) {
        questions.onQuestion(message.from().toString(), message.to().toString());
      } else if (message.label().startsWith("ResourceManagerGateway.disconnectTaskManager")
          && invocationIn(message.payload().content()) instanceof RpcInvocation told
          && told.arguments()[0] instanceof ResourceID id
          && told.arguments()[1] instanceof TaskManagerLoss loss) {
        questions.onLossTold(sourceOf(scheduler.currentEvent()), id, loss);
      }
    }

    private static @Nullable Object invocationIn(@Nullable Object message) {
      return message instanceof FencedMessage<?> fenced ? fenced.payload() : message;
    }

    @Override
    public void onInvoked(
        SimNode at, RpcEndpoint endpoint, Object message, @Nullable Throwable failure) {
      Object token = message instanceof FencedMessage<?> fenced ? fenced.fencingToken() : null;
      if (invocationIn(message) instanceof RpcInvocation invocation) {
        Call call =
            new Call(
                new Source(at.toString(), endpoint.getEndpointId(), endpoint.getClass()),
                endpoint instanceof FencedRpcEndpoint<?> own ? own.getFencingToken() : null,
                token,
                invocation.method().getName(),
                invocation.arguments(),
                failure);
        for (Invariant invariant : invariants) {
          invariant.onCall(call);
        }
      }
    }

    @Override
    public void onNode(SimNode node, NodeEvent event, String detail) {
      if (event == NodeEvent.CRASHED) {
        String process = node.toString();
        views.entrySet().stream()
            .filter(entry -> entry.getValue().source().process().equals(process))
            .map(Map.Entry::getKey)
            .toList()
            .forEach(this::forget);
      }
    }

    @Override
    public void onEndpoint(SimNode node, String name, EndpointEvent event) {
      if (event == EndpointEvent.TERMINATED) {
        String process = node.toString();
        views.entrySet().stream()
            .filter(entry -> entry.getValue().source().name().equals(name))
            .filter(entry -> entry.getValue().source().process().equals(process))
            .map(Map.Entry::getKey)
            .toList()
            .forEach(this::forget);
      }
    }

    private void forget(RpcEndpoint endpoint) {
      EndpointView<?> view = views.remove(endpoint);
      if (view != null) {
        ended.add(endpoint);
        gone.add(view);
      }
    }
  }

  /** What the coordination service knows. */
  private record Truth(SimCoordination coordination) implements I3StateMachines.Durable {

    @Override
    public Optional<UUID> leaderSession() {
      return coordination.leaderSession();
    }

    boolean leads(SimNode process) {
      return coordination.leadingNode().filter(process::equals).isPresent();
    }

    @Override
    public boolean hasResult(JobID jobId) {
      return coordination.stores().result(jobId).isPresent();
    }

    boolean isKept(JobID jobId) {
      return coordination.stores().hasJob(jobId) || hasResult(jobId);
    }

    Optional<UUID> publishedSession() {
      return coordination.publishedLeader().map(leader -> leader.sessionId());
    }
  }
}
