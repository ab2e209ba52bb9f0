package org.stellwerk.simulation.check;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.stellwerk.runtime.TransitionObserver;

/**
 * The transitions that the state machines of production code may make. Written down here a second
 * time on purpose: the enums that declare them there are under test.
 */
public final class DeclaredTransitions {

  private static final String JOB =
      """
      INITIALIZING -> CREATED RECONCILING FAILED CANCELLING CANCELED SUSPENDED
      CREATED -> RUNNING FAILING FAILED CANCELLING CANCELED SUSPENDED
      RECONCILING -> RUNNING FAILING FAILED CANCELLING CANCELED SUSPENDED
      RUNNING -> FAILING CANCELLING RESTARTING FINISHED SUSPENDED
      RESTARTING -> CREATED RUNNING FAILING CANCELLING CANCELED SUSPENDED
      FAILING -> FAILED CANCELLING SUSPENDED
      CANCELLING -> CANCELED SUSPENDED
      """;

  private static final String ADAPTIVE_JOB =
      """
      CREATED -> RECONCILING WAITING_FOR_RESOURCES CANCELING FINISHED
      RECONCILING -> EXECUTING WAITING_FOR_RESOURCES RESTARTING CANCELING FAILING FINISHED
      WAITING_FOR_RESOURCES -> EXECUTING CANCELING FAILING FINISHED
      EXECUTING -> RESTARTING CANCELING FAILING FINISHED
      RESTARTING -> WAITING_FOR_RESOURCES CANCELING FINISHED
      FAILING -> CANCELING FINISHED
      CANCELING -> FINISHED
      """;

  private static final String EXECUTION =
      """
      CREATED -> SCHEDULED DEPLOYING CANCELED FAILED
      SCHEDULED -> DEPLOYING CANCELED FAILED
      DEPLOYING -> INITIALIZING RUNNING FINISHED CANCELING CANCELED FAILED
      INITIALIZING -> RUNNING FINISHED CANCELING CANCELED FAILED
      RUNNING -> FINISHED CANCELING CANCELED FAILED
      CANCELING -> CANCELED FINISHED FAILED
      """;

  private static final String TASK =
      """
      CREATED -> DEPLOYING CANCELED FAILED
      DEPLOYING -> INITIALIZING RUNNING FINISHED CANCELING FAILED
      INITIALIZING -> RUNNING FINISHED CANCELING FAILED
      RUNNING -> FINISHED CANCELING FAILED
      CANCELING -> CANCELED FINISHED FAILED
      """;

  private static final String TASK_SLOT =
      """
      FREE -> ALLOCATED
      ALLOCATED -> ACTIVE RELEASING QUARANTINED FREE
      ACTIVE -> RELEASING QUARANTINED FREE
      RELEASING -> QUARANTINED FREE
      QUARANTINED -> FREE
      """;

  private static final String MANAGED_SLOT =
      """
      FREE -> PENDING ALLOCATED
      PENDING -> ALLOCATED FREE
      ALLOCATED -> FREE ALLOCATED QUARANTINED
      QUARANTINED -> FREE ALLOCATED
      """;

  private static final String LEADER_SESSION =
      """
      STARTING -> SERVING CLOSING
      SERVING -> CONFIRMED CLOSING
      CONFIRMED -> CLOSING
      CLOSING -> CLOSED
      """;

  private static final String AVAILABILITY =
      """
      OPEN -> CORDONED DRAINING
      CORDONED -> OPEN DRAINING
      DRAINING -> OPEN CORDONED
      """;

  private static final String JOB_LEASE =
      """
      NONE -> HELD
      HELD -> TAKEN_OVER OVER
      TAKEN_OVER -> NONE
      OVER -> NONE
      """;

  private static final Map<String, Map<String, Set<String>>> BY_MACHINE = new TreeMap<>();

  static {
    BY_MACHINE.put(TransitionObserver.JOB, parse(JOB));
    BY_MACHINE.put(TransitionObserver.ADAPTIVE_JOB, parse(ADAPTIVE_JOB));
    BY_MACHINE.put(TransitionObserver.EXECUTION, parse(EXECUTION));
    BY_MACHINE.put(TransitionObserver.TASK, parse(TASK));
    BY_MACHINE.put(TransitionObserver.TASK_SLOT, parse(TASK_SLOT));
    BY_MACHINE.put(TransitionObserver.MANAGED_SLOT, parse(MANAGED_SLOT));
    BY_MACHINE.put(TransitionObserver.LEADER_SESSION, parse(LEADER_SESSION));
    BY_MACHINE.put(TransitionObserver.AVAILABILITY, parse(AVAILABILITY));
    BY_MACHINE.put(TransitionObserver.JOB_LEASE, parse(JOB_LEASE));
  }

  private DeclaredTransitions() {}

  private static Map<String, Set<String>> parse(String text) {
    Map<String, Set<String>> edges = new TreeMap<>();
    text.lines()
        .map(line -> line.split(" -> "))
        .forEach(sides -> edges.put(sides[0], new TreeSet<>(Arrays.asList(sides[1].split(" ")))));
    return edges;
  }

  /** Whether the machine may make the transition; never for a machine that is unknown. */
  static boolean isDeclared(String machine, String from, String to) {
    Map<String, Set<String>> edges = BY_MACHINE.get(machine);
    return edges != null && edges.getOrDefault(from, Set.of()).contains(to);
  }

  /** All of them, each as "machine: FROM -> TO". */
  public static Set<String> all() {
    Set<String> all = new LinkedHashSet<>();
    BY_MACHINE.forEach(
        (machine, edges) ->
            edges.forEach(
                (from, successors) ->
                    successors.forEach(to -> all.add(describe(machine, from, to)))));
    return all;
  }

  /** The name of a transition in {@link #all()}. */
  public static String describe(String machine, String from, String to) {
    return machine + ": " + from + " -> " + to;
  }
}
