package org.stellwerk.simulation.schedule;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.stellwerk.configuration.Configuration;

/**
 * All that a run follows from. Immutable; has a text form that a person can read, edit and have
 * replayed.
 *
 * @param seed of everything that is drawn while the run goes on: latencies, the order of
 *     simultaneous events, identifiers
 * @param shape the processes to begin with
 * @param knobs the cluster's configuration where it differs from the defaults
 * @param faultPoints whether production code is held up at its fault points
 * @param steps what happens, in the order of time
 * @param heal when the faults end
 */
public record Schedule(
    long seed,
    ClusterShape shape,
    Map<String, String> knobs,
    boolean faultPoints,
    List<Step> steps,
    Heal heal) {

  public Schedule {
    knobs = Collections.unmodifiableMap(new TreeMap<>(knobs));
    List<Step> sorted = new ArrayList<>(steps);
    Collections.sort(sorted);
    steps = Collections.unmodifiableList(sorted);
    shape.checkNames(heal.core());
    for (Step step : steps) {
      shape.checkNames(step.action().nodes());
      heal.checkBefore(step);
    }
  }

  /** The configuration of all processes. */
  public Configuration configuration() {
    return Configuration.fromMap(knobs);
  }

  /** The same with another seed. */
  public Schedule withSeed(long newSeed) {
    return new Schedule(newSeed, shape, knobs, faultPoints, steps, heal);
  }

  /** The same with other steps. */
  Schedule withSteps(List<Step> newSteps) {
    return new Schedule(seed, shape, knobs, faultPoints, newSteps, heal);
  }

  /** The same with other knobs. */
  Schedule withKnobs(Map<String, String> newKnobs) {
    return new Schedule(seed, shape, newKnobs, faultPoints, steps, heal);
  }

  /** The same with or without delays at fault points. */
  Schedule withFaultPoints(boolean enabled) {
    return new Schedule(seed, shape, knobs, enabled, steps, heal);
  }

  /** The same in another shape and with another end; steps of processes that are gone are too. */
  Schedule withShape(ClusterShape newShape, Heal newHeal) {
    List<Step> possible =
        steps.stream().filter(step -> newShape.names().containsAll(step.action().nodes())).toList();
    return new Schedule(seed, newShape, knobs, faultPoints, possible, newHeal);
  }

  /** The text form; {@link #parse} reads it. */
  public String toText() {
    return ScheduleText.format(this);
  }

  /**
   * Reads the text form.
   *
   * @throws ScheduleFormatException naming the line and what was expected
   */
  public static Schedule parse(String text) {
    return new ScheduleText(text).parse();
  }
}
