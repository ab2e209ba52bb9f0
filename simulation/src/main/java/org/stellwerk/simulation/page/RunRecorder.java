package org.stellwerk.simulation.page;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.simulation.SimEvent;
import org.stellwerk.rpc.simulation.SimLinkChange;
import org.stellwerk.rpc.simulation.SimMessage;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimObserver;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.simulation.SimCoordination;
import org.stellwerk.simulation.SimWorld;
import org.stellwerk.simulation.TransitionListener;
import org.stellwerk.simulation.page.RunEvent.LeaderStep;
import org.stellwerk.simulation.page.RunEvent.Life;
import org.stellwerk.simulation.page.RunEvent.Subject;

/**
 * Takes down what happens in a world, for a person to read. It only looks: a recorded run is the
 * same as one that is not, but slower; so it is for scenarios and replays.
 *
 * <p>Bounded: the last {@value #MAX_MESSAGES} messages and the last {@value #MAX_MARKS} other
 * events are kept, and how many were dropped is told.
 */
public final class RunRecorder implements SimObserver, TransitionListener {

  /** How many messages are kept. */
  public static final int MAX_MESSAGES = 60_000;

  /** How many other events are kept. */
  public static final int MAX_MARKS = 40_000;

  private static final String DISPATCHER = LeaderInformation.dispatcherName(new UUID(0, 0));
  private static final String DISPATCHER_PREFIX =
      DISPATCHER.substring(0, DISPATCHER.length() - new UUID(0, 0).toString().length());
  private static final String THAW = "thaw ";

  /** An event whose names are looked up at the end, when all are known. */
  private interface Mark {
    RunEvent named(RunNames names);
  }

  private final SimWorld world;
  private final RunNames names = new RunNames();
  private final MessageLog messages = new MessageLog(names, MAX_MESSAGES);
  private final Deque<Mark> marks = new ArrayDeque<>();
  private final Set<String> processes = new LinkedHashSet<>();
  private final Set<UUID> believed = new LinkedHashSet<>();
  private long sequence;
  private long dropped;
  private List<SimNode> sessions = List.of();
  private @Nullable SimNode first;
  private @Nullable UUID elected;
  private @Nullable UUID published;

  private RunRecorder(SimWorld world) {
    this.world = world;
  }

  /** Records from now on; best before any process of the world has started. */
  public static RunRecorder attach(SimWorld world) {
    RunRecorder recorder = new RunRecorder(world);
    for (SimNode node : world.network().nodes()) {
      if (node.isAlive()) {
        recorder.onNode(node, NodeEvent.STARTED, "");
      }
    }
    world.network().addObserver(recorder);
    world.addTransitionListener(recorder);
    world.scheduler().addCheck(recorder::lookAtCoordination);
    return recorder;
  }

  /** Takes down what the scenario does, or thinks. */
  public void note(String text) {
    long place = ++sequence;
    long now = now();
    keep(new RunEvent.Note(place, now, text));
  }

  /** What was recorded; ends nothing. */
  public RecordedRun finish(String title) {
    List<RunEvent> events = new ArrayList<>();
    messages.addTo(events);
    marks.forEach(mark -> events.add(mark.named(names)));
    events.sort(Comparator.comparingLong(RunEvent::sequence));
    return new RecordedRun(
        title,
        world.scheduler().seed(),
        now(),
        List.copyOf(processes),
        names.jobs(),
        events,
        dropped + messages.dropped());
  }

  /**
   * What was recorded up to a violation.
   *
   * @param kind of the violation, in a word
   */
  public RecordedRun finish(String title, String kind, String text) {
    keep(new RunEvent.Violation(++sequence, now(), kind, text));
    return finish(title);
  }

  private long now() {
    return world.scheduler().nowNanos();
  }

  private void keep(RunEvent event) {
    keep((Mark) ignored -> event);
  }

  private void keep(Mark mark) {
    if (marks.size() == MAX_MARKS) {
      marks.removeFirst();
      dropped++;
    }
    marks.addLast(mark);
  }

  static Life lifeOf(SimNode node) {
    return new Life(node.name(), node.incarnation());
  }

  // --- messages

  @Override
  public void onMessage(SimMessage message) {
    if (message.from().name().equals(SimCoordination.NODE_NAME)) {
      lookAtCoordination();
    }
    messages.sent(++sequence, message);
  }

  @Override
  public void onArrived(long id, long nanos) {
    messages.arrived(++sequence, id, nanos);
  }

  @Override
  public void onLost(long id, long nanos, String why) {
    messages.lost(++sequence, id, nanos, why);
  }

  @Override
  public void onInvoked(
      SimNode at, RpcEndpoint endpoint, Object message, @Nullable Throwable failure) {
    messages.processed(at, endpoint.getEndpointId(), message, failure);
  }

  // --- processes and links

  @Override
  public void onNode(SimNode node, NodeEvent event, String detail) {
    processes.add(node.name());
    keep(new RunEvent.Lifecycle(++sequence, now(), lifeOf(node), event, detail));
  }

  @Override
  public void onLink(SimLinkChange change) {
    keep(new RunEvent.Links(++sequence, now(), change));
  }

  @Override
  public void onEvent(SimEvent event) {
    if (event.kind() == SimEvent.Kind.CONTROL && !event.label().startsWith(THAW)) {
      note(event.label().replaceFirst("^schedule ", ""));
    }
  }

  // --- leaders

  /** The endpoints of a session are made when its leadership is granted to the process. */
  @Override
  public void onEndpoint(SimNode node, String name, EndpointEvent event) {
    if (event == EndpointEvent.TERMINATED) {
      messages.terminated(node, name);
    } else if (name.startsWith(DISPATCHER_PREFIX)) {
      UUID session = UUID.fromString(name.substring(DISPATCHER_PREFIX.length()));
      believed.add(session);
      step(lifeOf(node), LeaderStep.BELIEVES, session);
    }
  }

  /** Called before anybody can hear of a change, and after every event. */
  private void lookAtCoordination() {
    SimCoordination coordination = world.coordination();
    List<SimNode> present = coordination.sessions();
    if (!present.equals(sessions)) {
      List<SimNode> ended = new ArrayList<>(sessions);
      present.forEach(ended::remove);
      ended.forEach(client -> coordination("session of " + client.name() + " ends"));
      sessions = present;
    }
    SimNode leading = coordination.leadingNode().orElse(null);
    UUID leader = coordination.leaderSession().orElse(null);
    UUID shown = coordination.publishedLeader().map(LeaderInformation::sessionId).orElse(null);
    if (elected != null && !elected.equals(leader)) {
      step(service(), LeaderStep.DEPOSED, elected);
    }
    if (leading != null && leading != first) {
      coordination(leading.name() + " comes first");
    }
    if (leader != null && !leader.equals(elected)) {
      step(service(), LeaderStep.ELECTED, leader);
    }
    if (shown != null && !shown.equals(published)) {
      step(service(), LeaderStep.PUBLISHED, shown);
    }
    first = leading;
    elected = leader;
    published = shown;
  }

  private void coordination(String what) {
    keep(new RunEvent.Coordination(++sequence, now(), service(), what));
  }

  private Life service() {
    return lifeOf(Objects.requireNonNull(world.network().node(SimCoordination.NODE_NAME)));
  }

  private void step(Life process, LeaderStep step, UUID session) {
    keep(new RunEvent.Leadership(++sequence, now(), process, step, session.toString()));
  }

  // --- state machines

  @Override
  public void onTransition(SimNode node, String machine, Object id, Enum<?> from, Enum<?> to) {
    long place = ++sequence;
    long now = now();
    Life process = lifeOf(node);
    keep(
        (Mark)
            known ->
                new RunEvent.Transition(
                    place, now, process, subject(machine, id, known), from.name(), to.name()));
    if (machine.equals(TransitionObserver.LEADER_SESSION)
        && id instanceof UUID session
        && to.name().equals("CLOSING")
        && believed.remove(session)) {
      step(process, LeaderStep.GIVES_UP, session);
    }
  }

  private static Subject subject(String machine, Object id, RunNames names) {
    if (id instanceof JobID job) {
      return new Subject(machine, id.toString(), names.job(job), id.toString());
    }
    if (id instanceof ExecutionAttemptID attempt) {
      JobID job = names.jobOf(attempt.executionGraphId());
      String jobId = job == null ? "" : job.toString();
      return new Subject(machine, id.toString(), names.attempt(attempt), jobId);
    }
    String name = id instanceof UUID uuid ? RunNames.shortId(uuid) : id.toString();
    return new Subject(machine, id.toString(), name, "");
  }
}
