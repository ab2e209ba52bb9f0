package org.stellwerk.simulation.page;

import java.util.List;
import org.stellwerk.rpc.simulation.SimLinkChange;
import org.stellwerk.rpc.simulation.SimObserver.MessageKind;
import org.stellwerk.rpc.simulation.SimObserver.NodeEvent;

/**
 * Something that happened in a recorded run. Names of jobs and subtasks are those that people gave
 * them; identifiers are kept in full beside them.
 */
public sealed interface RunEvent {

  /** Its place in the order of all that happened, also at one instant; from 1. */
  long sequence();

  /** The world's time. */
  long nanos();

  /** One life of a process, from its start to its end. */
  record Life(String name, int incarnation) {

    @Override
    public String toString() {
      return name + "#" + incarnation;
    }
  }

  /**
   * A message, from its sending to its end.
   *
   * @param to the same as {@code from} for a call within a process
   */
  record Message(long sequence, long nanos, Life from, Life to, Content content, Ending ending)
      implements RunEvent {}

  /**
   * What a message is.
   *
   * @param label for calls and their answers "Gateway.method(Type, Type)"
   * @param endpoint who is called; empty for other messages than calls
   * @param text the arguments or the value, shortened; empty if nothing is known
   * @param jobs the ids of the jobs that it concerns, as far as it shows
   * @param call the sequence of the call that it answers; 0 for other messages
   */
  record Content(
      MessageKind kind, String label, String endpoint, String text, List<String> jobs, long call) {

    public Content {
      jobs = List.copyOf(jobs);
    }
  }

  /** How messages end. */
  enum Fate {
    /** It got through. */
    ARRIVED,
    /** It did not. */
    LOST,
    /** The run was over before. */
    UNDER_WAY,
    /** It got through, but its fencing token was not that of the endpoint. */
    FENCED,
    /** It got through, but was answered with a failure at once. */
    REFUSED
  }

  /**
   * The end of a message; without sense for {@link Fate#UNDER_WAY}, but for the fate.
   *
   * @param why it is not simply there; else empty
   */
  record Ending(Fate fate, long sequence, long nanos, String why) {}

  /** Something befell a process. */
  record Lifecycle(long sequence, long nanos, Life process, NodeEvent event, String detail)
      implements RunEvent {}

  /** Something befell the links between processes. */
  record Links(long sequence, long nanos, SimLinkChange change) implements RunEvent {}

  /** Steps of a leader session: as the coordination service has it, and as a process believes. */
  enum LeaderStep {
    /** The process that comes first for the coordination service has begun it. */
    ELECTED,
    /** The coordination service shows it to everybody. */
    PUBLISHED,
    /** Its process comes first no longer. */
    DEPOSED,
    /** A process begins to act as its leader. */
    BELIEVES,
    /** The process stops to do so. */
    GIVES_UP
  }

  /**
   * A leader session goes a step on.
   *
   * @param process the coordination service's, or the one that believes to lead
   */
  record Leadership(long sequence, long nanos, Life process, LeaderStep step, String session)
      implements RunEvent {}

  /** Something happened in the coordination service, in words. */
  record Coordination(long sequence, long nanos, Life process, String what) implements RunEvent {}

  /** A state machine changed its state. */
  record Transition(
      long sequence, long nanos, Life process, Subject subject, String from, String to)
      implements RunEvent {}

  /**
   * What has a state.
   *
   * @param machine one of the constants of TransitionObserver
   * @param name for people
   * @param job the id of the job that it belongs to; empty if to none, or if that is not known
   */
  record Subject(String machine, String id, String name, String job) {}

  /** What the scenario did. */
  record Note(long sequence, long nanos, String text) implements RunEvent {}

  /** What ended the run though it should not have happened. */
  record Violation(long sequence, long nanos, String kind, String text) implements RunEvent {}
}
