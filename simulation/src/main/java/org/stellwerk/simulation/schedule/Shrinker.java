package org.stellwerk.simulation.schedule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Makes a failing schedule small by delta debugging (Zeller and Hildebrandt, 2002): first its
 * steps, then its settings, then its cluster; again from the start as long as that helps. What is
 * left fails in the same way, and nothing single can be left out, unless the number of attempts was
 * used up before.
 *
 * <p>Leaving something out shifts what is drawn later in a run, so that a race may end the other
 * way. A candidate is therefore tried with a few more seeds before it is given up.
 */
public final class Shrinker {

  private static final int SEEDS_PER_CANDIDATE = 4;

  private final Predicate<Schedule> fails;
  private int attempts;
  private Schedule best;

  private Shrinker(Schedule failing, Predicate<Schedule> fails, int attempts) {
    this.best = failing;
    this.fails = fails;
    this.attempts = attempts;
  }

  /**
   * The smallest schedule that was found.
   *
   * @param failing one that fails
   * @param fails whether a candidate fails in the same way
   * @param attempts how many candidates may be tried
   */
  public static Schedule shrink(Schedule failing, Predicate<Schedule> fails, int attempts) {
    return new Shrinker(failing, fails, attempts).shrink();
  }

  private Schedule shrink() {
    Schedule before;
    do {
      before = best;
      minimise(best.steps(), best::withSteps);
      leaveOutAims();
      minimise(List.copyOf(best.knobs().entrySet()), entries -> best.withKnobs(mapOf(entries)));
      if (best.faultPoints()) {
        accept(best.withFaultPoints(false));
      }
      shrinkCluster();
    } while (!best.equals(before) && attempts > 0);
    return best;
  }

  private static Map<String, String> mapOf(List<Map.Entry<String, String>> entries) {
    Map<String, String> map = new LinkedHashMap<>();
    entries.forEach(entry -> map.put(entry.getKey(), entry.getValue()));
    return map;
  }

  /** Leaves out halves, then quarters, … then single items. */
  private <T> void minimise(List<T> all, Function<List<T>, Schedule> with) {
    List<T> items = all;
    int chunk = items.size();
    while (chunk >= 1 && !items.isEmpty()) {
      boolean removed = false;
      for (int from = 0; from < items.size(); ) {
        List<T> rest = new ArrayList<>(items.subList(0, from));
        rest.addAll(items.subList(Math.min(items.size(), from + chunk), items.size()));
        if (accept(with.apply(rest))) {
          items = rest;
          removed = true;
        } else {
          from += chunk;
        }
      }
      if (chunk > 1 || !removed) {
        chunk /= 2;
      }
    }
  }

  /** Has steps happen at their time that wait for something without need. */
  private void leaveOutAims() {
    for (int i = 0; i < best.steps().size(); i++) {
      Step step = best.steps().get(i);
      if (step.upon() != null) {
        List<Step> steps = new ArrayList<>(best.steps());
        steps.set(i, step.withoutAim());
        accept(best.withSteps(steps));
      }
    }
  }

  private void shrinkCluster() {
    boolean smaller = true;
    while (smaller) {
      ClusterShape shape = best.shape();
      smaller =
          acceptCluster(shape.jobManagers() - 1, shape.taskManagers(), shape.slots())
              || acceptCluster(shape.jobManagers(), shape.taskManagers() - 1, shape.slots())
              || acceptCluster(shape.jobManagers(), shape.taskManagers(), shape.slots() - 1);
    }
  }

  private boolean acceptCluster(int jobManagers, int taskManagers, int slots) {
    if (jobManagers < 1 || taskManagers < 1 || slots < 1) {
      return false;
    }
    ClusterShape shape = new ClusterShape(jobManagers, taskManagers, slots);
    List<String> core = new ArrayList<>(best.heal().core());
    core.retainAll(shape.names());
    addIfMissing(core, shape.jobManagerNames());
    addIfMissing(core, shape.taskManagerNames());
    return accept(best.withShape(shape, new Heal(best.heal().at(), core)));
  }

  private static void addIfMissing(List<String> core, List<String> names) {
    if (names.stream().noneMatch(core::contains)) {
      core.add(names.get(0));
    }
  }

  private boolean accept(Schedule candidate) {
    for (int i = 0; i < SEEDS_PER_CANDIDATE && attempts > 0; i++) {
      attempts--;
      Schedule tried = candidate.withSeed(candidate.seed() + i);
      if (fails.test(tried)) {
        best = tried;
        return true;
      }
    }
    return false;
  }
}
