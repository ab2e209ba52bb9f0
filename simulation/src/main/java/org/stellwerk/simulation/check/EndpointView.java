package org.stellwerk.simulation.check;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.simulation.InvariantViolation;
import org.stellwerk.runtime.cluster.JobManagerProcess;
import org.stellwerk.runtime.dispatcher.Dispatcher;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.resourcemanager.ResourceManager;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;

/**
 * One endpoint as it was last seen. Its snapshots are taken between events, in the place of its
 * main thread: no other event runs meanwhile.
 *
 * @param <S> the endpoint's snapshot
 */
final class EndpointView<S> {

  /** What an endpoint checks of itself, and which invariant that is part of. */
  private record OwnCheck(String id, Runnable check) {

    static final OwnCheck NONE = new OwnCheck("", () -> {});
  }

  private final Source source;
  private final RpcEndpoint endpoint;
  private final Supplier<S> snapshot;
  private final OwnCheck ownCheck;
  private final BiConsumer<Invariant, Change<S>> tell;
  private @Nullable S last;

  private EndpointView(
      RpcEndpoint endpoint,
      Source source,
      Supplier<S> snapshot,
      OwnCheck ownCheck,
      BiConsumer<Invariant, Change<S>> tell) {
    this.source = source;
    this.endpoint = endpoint;
    this.snapshot = snapshot;
    this.ownCheck = ownCheck;
    this.tell = tell;
  }

  /** A view of an endpoint of the control plane; null of another one. */
  static @Nullable EndpointView<?> of(String process, RpcEndpoint endpoint) {
    Source source = new Source(process, endpoint.getEndpointId(), endpoint.getClass());
    if (endpoint instanceof TaskExecutor it) {
      OwnCheck own = new OwnCheck("I1", it::checkInvariants);
      return new EndpointView<>(it, source, it::snapshot, own, Invariant::onTaskExecutor);
    } else if (endpoint instanceof ResourceManager it) {
      OwnCheck own = new OwnCheck("I7", it::checkInvariants);
      return new EndpointView<>(it, source, it::snapshot, own, Invariant::onResourceManager);
    } else if (endpoint instanceof JobMaster it) {
      OwnCheck own = new OwnCheck("I8", it::checkInvariants);
      return new EndpointView<>(it, source, it::snapshot, own, Invariant::onJobMaster);
    } else if (endpoint instanceof Dispatcher it) {
      return new EndpointView<>(it, source, it::snapshot, OwnCheck.NONE, Invariant::onDispatcher);
    } else if (endpoint instanceof JobManagerProcess it) {
      return new EndpointView<>(it, source, it::snapshot, OwnCheck.NONE, Invariant::onJobManager);
    }
    return null;
  }

  Source source() {
    return source;
  }

  /** The endpoint has run: looks at it, and tells what has changed. */
  void look(List<Invariant> invariants, Consumer<InvariantViolation> violations) {
    runOwnCheck(violations);
    S now = snapshot.get();
    S before = last;
    if (now.equals(before)) {
      return;
    }
    last = now;
    Change<S> change = new Change<>(source.process(), before, now);
    for (Invariant invariant : invariants) {
      tell.accept(invariant, change);
    }
  }

  private void runOwnCheck(Consumer<InvariantViolation> violations) {
    RpcEndpoint.MainThreadGuard guard = endpoint.internalMainThreadGuard();
    guard.enter();
    try {
      ownCheck.check.run();
    } catch (IllegalStateException e) {
      violations.accept(new InvariantViolation(ownCheck.id, source + ": " + e.getMessage()));
    } finally {
      guard.leave();
    }
  }

  /** The endpoint is about to run: it must be as it was left. */
  void compare(I9MainThreads invariant) {
    S known = last;
    if (known != null) {
      invariant.onBeginning(source, known, snapshot.get());
    }
  }
}
