package org.stellwerk.simulation.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.simulation.page.RunEvent.Leadership;
import org.stellwerk.simulation.page.RunEvent.Lifecycle;
import org.stellwerk.simulation.page.RunEvent.Transition;

/**
 * How the cluster stands while the events of a run are told one after the other: who leads and who
 * believes to, which processes are there, what state jobs and tasks have.
 */
final class ClusterState {

  private static final class Member {
    private int incarnation;
    private String life = "";
    private final Set<String> leads = new LinkedHashSet<>();
    private final Map<String, String> jobs = new LinkedHashMap<>();
    private final Map<String, String> tasks = new LinkedHashMap<>();

    void forget() {
      leads.clear();
      jobs.clear();
      tasks.clear();
    }
  }

  private final Map<String, Member> members = new LinkedHashMap<>();
  private String leader = "";

  /**
   * Takes the event into account.
   *
   * @return whether it deserves to be told how the cluster stands now
   */
  boolean apply(RunEvent event) {
    if (event instanceof Lifecycle lifecycle) {
      apply(lifecycle);
      return true;
    }
    if (event instanceof Leadership leadership) {
      apply(leadership);
      return true;
    }
    return event instanceof Transition transition && apply(transition);
  }

  private Member member(RunEvent.Life process) {
    return members.computeIfAbsent(process.name(), ignored -> new Member());
  }

  private void apply(Lifecycle event) {
    Member member = member(event.process());
    member.incarnation = event.process().incarnation();
    member.life =
        switch (event.event()) {
          case STARTED, THAWED -> "";
          case CRASHED -> "dead";
          case FROZEN -> "frozen";
          case STOPPED -> "stopped";
        };
    if (!member.life.isEmpty() && !member.life.equals("frozen")) {
      member.forget();
    }
  }

  private void apply(Leadership event) {
    String session = event.session().substring(0, RunNames.SHORT_ID);
    switch (event.step()) {
      case ELECTED -> leader = session;
      case PUBLISHED -> leader = session + " published";
      case DEPOSED -> leader = "";
      case BELIEVES -> member(event.process()).leads.add(session);
      case GIVES_UP -> member(event.process()).leads.remove(session);
    }
  }

  private boolean apply(Transition event) {
    Member member = member(event.process());
    String machine = event.subject().machine();
    if (machine.equals(TransitionObserver.JOB)) {
      member.jobs.put(event.subject().name(), event.to());
      return true;
    }
    if (machine.equals(TransitionObserver.TASK)) {
      if (ExecutionState.valueOf(event.to()).isTerminal()) {
        member.tasks.remove(event.subject().id());
      } else {
        member.tasks.put(event.subject().id(), event.to());
      }
    }
    return false;
  }

  /** All of it in one line: "leader 3f2a published | jm 3f2a job-1 RUNNING | tm-1 2 RUNNING". */
  String line() {
    List<String> parts = new ArrayList<>();
    parts.add(leader.isEmpty() ? "no leader" : "leader " + leader);
    members.forEach((name, member) -> parts.add(describe(name, member)));
    return String.join(" | ", parts);
  }

  private static String describe(String name, Member member) {
    StringBuilder text = new StringBuilder(name);
    if (member.incarnation > 1) {
      text.append('#').append(member.incarnation);
    }
    if (!member.life.isEmpty()) {
      text.append(' ').append(member.life);
    }
    member.leads.forEach(session -> text.append(' ').append(session));
    member.jobs.forEach((job, state) -> text.append(' ').append(job).append(' ').append(state));
    Map<String, Integer> counts = new TreeMap<>();
    member.tasks.values().forEach(state -> counts.merge(state, 1, Integer::sum));
    counts.forEach((state, count) -> text.append(' ').append(count).append(' ').append(state));
    return text.toString();
  }
}
