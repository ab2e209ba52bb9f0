package org.stellwerk.rpc.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimFailure.Kind;
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

  private record Suspect(SimFuture<?> future, Throwable thrown) {}

  private final long seed;
  private final SimRandom random;
  private final SimRandom tieBreaks;
  private final SimClock clock = new SimClock(this, null);
  private final SimEventQueue queue = new SimEventQueue();
  private final SimTrace trace = new SimTrace();
  private final List<Consumer<SimEvent>> checks = new ArrayList<>();
  private final SimObservers observers = new SimObservers();
  private @Nullable Thread thread;
  private @Nullable SimEvent current;
  private @Nullable Throwable violation;
  private final List<Suspect> suspects = new ArrayList<>();
  private Kind violationKind = Kind.VIOLATION;
  private SimBudget budget = SimBudget.defaults();
  private long lastNanos = budget.virtualTime().toNanos();
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

  /** From now on more than this ends the run as a failure. */
  public void setBudget(SimBudget newBudget) {
    budget = newBudget;
    lastNanos = newBudget.virtualTime().toNanos();
  }

  SimBudget budget() {
    return budget;
  }

  SimObservers observers() {
    return observers;
  }

  /** Ends the run with this failure once the current event is over. The first one counts. */
  public void reportViolation(Throwable failure) {
    report(Kind.VIOLATION, failure);
  }

  void reportFatalError(SimNode node, Throwable failure) {
    report(Kind.FATAL_ERROR, failure);
    failure.addSuppressed(new Throwable("reported as a fault by " + node));
  }

  private void report(Kind kind, Throwable failure) {
    if (violation == null) {
      violation = failure;
      violationKind = kind;
    } else if (violation != failure) {
      violation.addSuppressed(failure);
    }
  }

  /** Whose event runs: an executor or mailbox; null in the test's own code. */
  public @Nullable Object currentContext() {
    return current == null ? null : current.context();
  }

  /** The event that runs; null in the test's own code. */
  public @Nullable SimEvent currentEvent() {
    return current;
  }

  /** What is still to happen, in no order: the truth, for checks. */
  public List<SimEvent> pending() {
    return queue.all();
  }

  /** Whether an event runs, as opposed to the test's own code. */
  public boolean inEvent() {
    return current != null;
  }

  /** Lets the test, or a fault schedule, act after the delay. */
  public SimEvent at(Duration delay, String label, Runnable action) {
    SimAction event = new SimAction(SimEvent.Kind.CONTROL, null, null, label, action);
    return schedule(event, delay.toNanos(), null);
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

  /** Schedules it before everything else of its instant, but behind what was put there before. */
  void scheduleFirst(SimEvent event, long delayNanos) {
    putFirst(event, now + Math.max(0, delayNanos), Long.MIN_VALUE);
  }

  /**
   * Lets an event that was held up happen at this instant: before those that were due now anyway,
   * in random order, but behind those of its lane for which this was called before.
   */
  void scheduleHeldUp(SimEvent event) {
    if (!event.isCancelled()) {
      long drawn = ~tieBreaks.nextLong(Long.MAX_VALUE);
      SimLane lane = event.lane;
      putFirst(event, now, lane == null ? drawn : lane.tieBreakAt(now, drawn));
    }
  }

  /**
   * The clock of the node has changed its pace: arms its timers anew.
   *
   * @param delayNanos gives from now for the world's time at which a timer was due
   */
  void retimeTimersOf(SimNode node, LongUnaryOperator delayNanos) {
    for (SimEvent timer : queue.timersOf(node)) {
      queue.remove(timer);
      timer.timeNanos = now + delayNanos.applyAsLong(timer.timeNanos);
      queue.add(timer);
    }
  }

  /**
   * Runs the next event.
   *
   * @return false if there is none
   */
  public boolean step() {
    return stepWithin(Long.MAX_VALUE);
  }

  /** Runs the next event if there is one until then. */
  private boolean stepWithin(long end) {
    checkOutsideOfEvents();
    throwViolation();
    for (SimEvent next = queue.peek(); next != null && next.timeNanos <= end; next = queue.peek()) {
      queue.remove(next);
      advanceTo(next.timeNanos);
      SimNode node = next.node;
      if (node != null && !node.isAlive()) {
        next.vanish();
      } else if (!next.isHeldUp() && (node == null || !node.holdsUp(next))) {
        run(next);
        return true;
      }
    }
    return false;
  }

  private void putFirst(SimEvent event, long timeNanos, long tieBreak) {
    checkThread();
    event.timeNanos = timeNanos;
    event.tieBreak = tieBreak;
    event.sequence = sequence++;
    queue.add(event);
  }

  private void run(SimEvent event) {
    current = event;
    trace.add(event);
    try {
      observers.onEvent(event);
      event.happen();
      checkSuspects();
    } catch (Throwable t) {
      reportViolation(t);
    } finally {
      current = null;
    }
    if (violation == null) {
      try {
        for (Consumer<SimEvent> check : checks) {
          check.accept(event);
        }
      } catch (RuntimeException | AssertionError e) {
        reportViolation(e);
      }
    }
    throwViolation();
    if (trace.count() > budget.events()) {
      throw failure(Kind.BUDGET, "More than " + budget.events() + " events", null);
    }
  }

  /** A callback has thrown something, for which the future stands. */
  void suspect(SimFuture<?> future, Throwable thrown) {
    suspects.add(new Suspect(future, thrown));
  }

  private void checkSuspects() {
    if (suspects.isEmpty()) {
      return;
    }
    for (Suspect suspect : suspects) {
      if (!suspect.future.isHeard()) {
        InvariantViolation lost =
            new InvariantViolation("I9", "Nobody hears what a callback threw: " + suspect.thrown);
        lost.initCause(suspect.thrown);
        reportViolation(lost);
      }
    }
    suspects.clear();
  }

  private void throwViolation() {
    Throwable failure = violation;
    if (failure != null) {
      violation = null;
      String what = violationKind == Kind.FATAL_ERROR ? "Fatal error: " : "Violation: ";
      throw failure(violationKind, what + failure, failure);
    }
  }

  private void advanceTo(long timeNanos) {
    if (timeNanos > now) {
      if (timeNanos > lastNanos) {
        throw failure(Kind.BUDGET, "More virtual time than " + budget.virtualTime(), null);
      }
      now = timeNanos;
      atThisInstant = 0;
    } else if (++atThisInstant > budget.eventsAtOneInstant()) {
      throw failure(Kind.LIVE_LOCK, "Live-lock: time stands still while events go on", null);
    }
  }

  /** Runs everything that happens within the time, and lets all of it pass. */
  public void runFor(Duration duration) {
    long end = now + duration.toNanos();
    while (stepWithin(end)) {
      // until all of it has happened
    }
    advanceTo(end);
  }

  /** Runs until nothing but timers is pending: all messages, answers and tasks are done with. */
  public void runUntilIdle() {
    long end = now + DEFAULT_LIMIT.toNanos();
    while (queue.work() > 0) {
      if (!stepWithin(end) && queue.work() > 0) {
        throw unreached("Not idle within " + DEFAULT_LIMIT + " of virtual time", null);
      }
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
      if (!stepWithin(end)) {
        String why = queue.size() == 0 ? "nothing is left to happen" : "within " + limit;
        throw unreached(complaint + ": " + why, null);
      }
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
      throw unreached("The future failed: " + error, error);
    }
    return future.join();
  }

  /** Runs until the future has failed and returns its exception; fails if it has a value. */
  public Throwable awaitFailure(CompletableFuture<?> future) {
    runUntil(future::isDone, DEFAULT_LIMIT, "The future did not end");
    Throwable error = errorOf(future);
    if (error == null) {
      throw unreached("The future did not fail but has the value " + future.join(), null);
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

  private SimFailure unreached(String complaint, @Nullable Throwable cause) {
    return failure(Kind.NOT_REACHED, complaint, cause);
  }

  private SimFailure failure(Kind kind, String complaint, @Nullable Throwable cause) {
    return new SimFailure(
        kind,
        "%s\n  at %.6f s of virtual time, seed %d, after %d events, the last:\n  %s"
            .formatted(complaint, now / 1e9, seed, trace.count(), trace.tail()),
        cause);
  }

  /** Moves the simulation to another thread; the caller sees to it that there is one at a time. */
  void ownedBy(@Nullable Thread newThread) {
    thread = newThread;
  }

  /** Whether the caller is in the simulation's thread. */
  boolean isInItsThread() {
    return thread == Thread.currentThread();
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
