package org.stellwerk.rpc.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stellwerk.time.Clock;
import org.stellwerk.util.ExceptionUtils;

/**
 * Virtual time: a queue of events, ordered by time and among simultaneous ones by the seed. The
 * test's thread runs them one after the other; each runs as a whole.
 *
 * <p>Runs end by a condition or a time, never by an empty queue: heartbeats keep it busy for ever.
 * An exception that leaves an event, a fault reported to a node's {@link
 * RecordingFatalErrorHandler} and a failed check end the run with an AssertionError that shows the
 * last events and the seed.
 */
public final class SimScheduler {

  /** How much virtual time the waiting methods allow if no limit is given. */
  public static final Duration DEFAULT_LIMIT = Duration.ofMinutes(10);

  private static final int MAX_EVENTS_AT_ONE_INSTANT = 200_000;

  private final long seed;
  private final SimRandom random;
  private final SimRandom tieBreaks;
  private final SimClock clock = new SimClock(this);
  private final SimEventQueue queue = new SimEventQueue();
  private final SimTrace trace = new SimTrace();
  private final List<Consumer<SimEvent>> checks = new ArrayList<>();
  private final SimObservers observers = new SimObservers();
  private @Nullable Thread thread;
  private @Nullable SimEvent current;
  private @Nullable Throwable violation;
  private long now;
  private long sequence;
  private int atThisInstant;

  /** A scheduler at time 0. */
  public SimScheduler(long seed) {
    this.seed = seed;
    this.random = new SimRandom(seed);
    this.tieBreaks = random.fork("tie-breaks");
  }

  /** What everything random follows from. */
  public long seed() {
    return seed;
  }

  /** The root generator; take a fork with a name of your own. */
  public SimRandom random() {
    return random;
  }

  /** The world's clock: no drift, no steps. */
  public Clock clock() {
    return clock;
  }

  /** Virtual time since the beginning. */
  public long nowNanos() {
    return now;
  }

  /** What happened so far. */
  public SimTrace trace() {
    return trace;
  }

  /** Called after every event; throws if an invariant is broken. */
  public void addCheck(Runnable check) {
    checks.add(event -> check.run());
  }

  /** Called after every event, with that event; throws if an invariant is broken. */
  public void addCheck(Consumer<SimEvent> check) {
    checks.add(check);
  }

  /** From now on the observer sees what happens. */
  public void addObserver(SimObserver observer) {
    observers.add(observer);
  }

  SimObservers observers() {
    return observers;
  }

  /** Ends the run with this failure once the current event is over. The first one counts. */
  public void reportViolation(Throwable failure) {
    if (violation == null) {
      violation = failure;
    } else if (violation != failure) {
      violation.addSuppressed(failure);
    }
  }

  /** Whose event runs: an executor or mailbox; null in the test's own code. */
  public @Nullable Object currentContext() {
    return current == null ? null : current.context;
  }

  /** Whether an event runs, as opposed to the test's own code. */
  public boolean inEvent() {
    return current != null;
  }

  /** Lets the test, or a fault schedule, act after the delay. */
  public SimEvent at(Duration delay, String label, Runnable action) {
    return schedule(
        new SimEvent(SimEvent.Kind.CONTROL, null, label, action), delay.toNanos(), null);
  }

  SimEvent schedule(SimEvent event, long delayNanos, @Nullable SimLane lane) {
    checkThread();
    event.timeNanos = now + Math.max(0, delayNanos);
    event.tieBreak = tieBreaks.nextLong(Long.MAX_VALUE);
    event.sequence = sequence++;
    if (lane != null) {
      lane.append(event);
    }
    queue.add(event);
    return event;
  }

  /**
   * Runs the next event.
   *
   * @return false if there is none
   */
  public boolean step() {
    checkOutsideOfEvents();
    for (SimEvent event = queue.poll(); event != null; event = queue.poll()) {
      advanceTo(event.timeNanos);
      SimNode node = event.node;
      if (node != null && !node.isAlive()) {
        vanish(event);
        continue;
      }
      if (node != null && node.frozenUntilNanos() > now) {
        postpone(event, node.frozenUntilNanos());
        continue;
      }
      run(event);
      return true;
    }
    return false;
  }

  private void vanish(SimEvent event) {
    if (event.messageId >= 0) {
      observers.onLost(event.messageId, now, "its receiver is dead");
    }
  }

  private void postpone(SimEvent event, long untilNanos) {
    // In the order in which they would have happened, before anything else of that instant.
    event.timeNanos = untilNanos;
    event.tieBreak = Long.MIN_VALUE;
    event.sequence = sequence++;
    queue.add(event);
  }

  private void run(SimEvent event) {
    current = event;
    trace.add(event);
    try {
      observers.onEvent(event);
      event.action.run();
    } catch (Throwable t) {
      reportViolation(t);
    } finally {
      current = null;
    }
    if (violation == null) {
      try {
        checks.forEach(check -> check.accept(event));
      } catch (RuntimeException | AssertionError e) {
        reportViolation(e);
      }
    }
    throwViolation();
  }

  private void throwViolation() {
    Throwable failure = violation;
    if (failure != null) {
      violation = null;
      throw failure("Violation: " + failure, failure);
    }
  }

  private void advanceTo(long timeNanos) {
    if (timeNanos > now) {
      now = timeNanos;
      atThisInstant = 0;
    } else if (++atThisInstant > MAX_EVENTS_AT_ONE_INSTANT) {
      throw failure("Live-lock: time stands still while events go on", null);
    }
  }

  /** Runs everything that happens within the time, and lets all of it pass. */
  public void runFor(Duration duration) {
    long end = now + duration.toNanos();
    while (nextWithin(end)) {
      step();
    }
    advanceTo(end);
  }

  /** Runs until nothing but timers is pending: all messages, answers and tasks are done with. */
  public void runUntilIdle() {
    long end = now + DEFAULT_LIMIT.toNanos();
    while (queue.work() > 0) {
      if (!nextWithin(end)) {
        throw failure("Not idle within " + DEFAULT_LIMIT + " of virtual time", null);
      }
      step();
    }
  }

  /** Runs until the condition holds; fails if it does not within the virtual time. */
  public void runUntil(BooleanSupplier condition, Duration limit) {
    runUntil(condition, limit, "The condition did not come true");
  }

  /** Runs until the condition holds. */
  public void runUntil(BooleanSupplier condition) {
    runUntil(condition, DEFAULT_LIMIT);
  }

  private void runUntil(BooleanSupplier condition, Duration limit, String complaint) {
    long end = now + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (!nextWithin(end)) {
        String why = queue.size() == 0 ? "nothing is left to happen" : "within " + limit;
        throw failure(complaint + ": " + why, null);
      }
      step();
    }
  }

  /** Runs until the future has a value and returns it; fails if it fails or does not end. */
  public <T> T await(CompletableFuture<T> future) {
    return await(future, DEFAULT_LIMIT);
  }

  /** As {@link #await(CompletableFuture)}, with a limit of virtual time. */
  public <T> T await(CompletableFuture<T> future, Duration limit) {
    runUntil(future::isDone, limit, "The future did not end");
    Throwable error = errorOf(future);
    if (error != null) {
      throw failure("The future failed: " + error, error);
    }
    return future.join();
  }

  /** Runs until the future has failed and returns its exception; fails if it has a value. */
  public Throwable awaitFailure(CompletableFuture<?> future) {
    runUntil(future::isDone, DEFAULT_LIMIT, "The future did not end");
    Throwable error = errorOf(future);
    if (error == null) {
      throw failure("The future did not fail but has the value " + future.join(), null);
    }
    return error;
  }

  private static @Nullable Throwable errorOf(CompletableFuture<?> future) {
    if (!future.isCompletedExceptionally()) {
      return null;
    }
    return future.handle((value, error) -> ExceptionUtils.stripCompletionException(error)).join();
  }

  private void checkOutsideOfEvents() {
    checkThread();
    if (current != null) {
      throw new IllegalStateException("Events do not nest: " + current + " is still running");
    }
  }

  private boolean nextWithin(long end) {
    checkOutsideOfEvents();
    throwViolation();
    SimEvent next = queue.peek();
    return next != null && next.timeNanos <= end;
  }

  private AssertionError failure(String complaint, @Nullable Throwable cause) {
    return new AssertionError(
        "%s\n  at %.6f s of virtual time, seed %d, after %d events, the last:\n  %s"
            .formatted(complaint, now / 1e9, seed, trace.count(), trace.tail()),
        cause);
  }

  /** Moves the simulation to another thread; the caller sees to it that there is one at a time. */
  void ownedBy(Thread newThread) {
    thread = newThread;
  }

  /** Fails in any thread but the simulation's. */
  void checkThread() {
    Thread here = Thread.currentThread();
    if (thread == null) {
      thread = here;
    } else if (thread != here) {
      throw new IllegalStateException(
          "The simulator runs in thread "
              + thread.getName()
              + " only, but was used in "
              + here.getName()
              + ": something brings threads of its own.");
    }
  }
}
