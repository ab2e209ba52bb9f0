package org.stellwerk.simulation.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.stellwerk.rpc.simulation.SimEvent;
import org.stellwerk.rpc.simulation.SimMessage;
import org.stellwerk.rpc.simulation.SimObserver;
import org.stellwerk.rpc.simulation.SimRandom;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.simulation.schedule.Moment;
import org.stellwerk.simulation.schedule.Step;

/**
 * The steps that wait for a message: each begins soon after the next one of its {@link Moment} has
 * set out, which is before it arrives or while what it leads to goes on. Other than observers that
 * only look, this one is part of every run.
 */
final class AimedSteps implements SimObserver {

  /** The longest that a message takes in a network that is well. */
  private static final long LONGEST_DELAY_NANOS = 500_000;

  private final SimScheduler scheduler;
  private final SimRandom random;
  private final Consumer<Step> begin;
  private final List<Step> waiting = new ArrayList<>();
  private final List<SimEvent> coming = new ArrayList<>();

  private AimedSteps(SimScheduler scheduler, Consumer<Step> begin) {
    this.scheduler = scheduler;
    this.random = scheduler.random().fork("aimed-steps");
    this.begin = begin;
  }

  /**
   * No steps yet.
   *
   * @param begin has a step happen
   */
  static AimedSteps attach(SimScheduler scheduler, Consumer<Step> begin) {
    AimedSteps steps = new AimedSteps(scheduler, begin);
    scheduler.addObserver(steps);
    return steps;
  }

  /** From now on the step waits for its moment. */
  void add(Step step) {
    waiting.add(step);
  }

  /** What has not begun never will. */
  void end() {
    waiting.clear();
    coming.forEach(SimEvent::cancel);
  }

  @Override
  public void onMessage(SimMessage message) {
    if (!waiting.isEmpty() && message.kind() != MessageKind.REPLY) {
      waiting.removeIf(step -> begins(step, message));
    }
  }

  private boolean begins(Step step, SimMessage message) {
    Moment upon = step.upon();
    if (upon == null || !upon.matches(message.label())) {
      return false;
    }
    Duration delay = Duration.ofNanos(random.nextLong(LONGEST_DELAY_NANOS));
    coming.add(scheduler.at(delay, "schedule aimed " + step.action(), () -> begin.accept(step)));
    return true;
  }
}
