package org.stellwerk.simulation.check;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * Finds a state machine that makes a transition while those are told who listen to its former one:
 * the later listeners would hear of both in the wrong order. Seen in the stack, which is looked at
 * only if one event makes several transitions, and in every fourth event: walking the stack took a
 * fifth of the time of all runs, and what a run does not see the next one does.
 */
final class ReentranceCheck {

  private record Machine(String kind, Object id) {}

  /** The methods that make transitions and tell of them. */
  private static final String TRANSITION = "transitionTo";

  private static final String SLOT_TRANSITION = "become";
  private static final StackWalker STACK = StackWalker.getInstance();

  private static final int EVERY = 4;

  private final IntSupplier depth;
  private final List<Machine> underWay = new ArrayList<>();
  private int events;

  /** A check of the simulation's own stack. */
  ReentranceCheck() {
    this(ReentranceCheck::transitionsOnTheStack);
  }

  /**
   * A check of another stack.
   *
   * @param depth how many transitions are under way, the one that is told of included
   */
  ReentranceCheck(IntSupplier depth) {
    this.depth = depth;
  }

  private static int transitionsOnTheStack() {
    Runs runs = new Runs();
    STACK.forEach(runs);
    return runs.count;
  }

  /** One such method that calls the next at once makes one transition with it. */
  private static final class Runs implements Consumer<StackWalker.StackFrame> {

    private int count;
    private boolean within;

    @Override
    public void accept(StackWalker.StackFrame frame) {
      String method = frame.getMethodName();
      boolean transition = method.equals(TRANSITION) || method.equals(SLOT_TRANSITION);
      count += transition && !within ? 1 : 0;
      within = transition;
    }
  }

  /** A transition begins; whether one of the same machine is still under way. */
  boolean isReentrant(Transition transition) {
    if (events % EVERY != 0) {
      return false;
    }
    Machine machine = new Machine(transition.machine(), transition.id());
    if (!underWay.isEmpty()) {
      int outer = Math.max(0, depth.getAsInt() - 1);
      while (underWay.size() > outer) {
        underWay.remove(underWay.size() - 1);
      }
    }
    boolean reentrant = underWay.contains(machine);
    underWay.add(machine);
    return reentrant;
  }

  /** The event is over, and with it all that was under way. */
  void onEndOfEvent() {
    events++;
    underWay.clear();
  }
}
