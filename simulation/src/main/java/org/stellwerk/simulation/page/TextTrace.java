package org.stellwerk.simulation.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimObserver.MessageKind;
import org.stellwerk.simulation.page.RunEvent.Fate;
import org.stellwerk.simulation.page.RunEvent.Life;

/**
 * A recorded run as lines of text, one for each event in the order in which they began: time in
 * seconds, process and incarnation, what happened. A message has one line, with its end.
 *
 * <pre>
 *     5.023708  jm-1#1  -&gt; tm-1#1  TaskExecutorGateway.cancelTasks(work 1/4)  +0.331 ms
 *     5.024039  tm-1#1  task work 1/4: RUNNING -&gt; CANCELING
 *     6.750000  zk#1    elects a363
 *               = leader a363 | zk | jm-1 ca04 job-1 FAILED | jm-2 | tm-1 2 RUNNING | tm-2 dead
 * </pre>
 *
 * <p>A line that begins with "=" tells how the cluster stands: after each change of a process's
 * life, of the leader or of a job.
 */
public final class TextTrace {

  /**
   * What is told; what concerns the whole world always is.
   *
   * @param processes names of processes; empty for all
   * @param jobs names or ids of jobs; empty for all, and for what belongs to no job
   * @param heartbeats whether heartbeats and pings that got through are told
   */
  public record Filter(Set<String> processes, Set<String> jobs, boolean heartbeats) {

    /** All but heartbeats. */
    public static final Filter ALL = new Filter(new TreeSet<>(), new TreeSet<>(), false);

    public Filter {
      processes = new TreeSet<>(processes);
      jobs = new TreeSet<>(jobs);
    }

    private boolean wants(RunEvent.Message message, RecordedRun run) {
      if (!heartbeats && message.ending().fate() == Fate.ARRIVED && isHeartbeat(message)) {
        return false;
      }
      return wantsProcess(message.from(), message.to())
          && (jobs.isEmpty()
              || message.content().jobs().stream().anyMatch(job -> wantsJob(job, run)));
    }

    private boolean wantsProcess(Life... involved) {
      for (Life process : involved) {
        if (processes.isEmpty() || processes.contains(process.name())) {
          return true;
        }
      }
      return false;
    }

    private boolean wantsJob(String id, RecordedRun run) {
      return jobs.isEmpty() || jobs.contains(id) || jobs.contains(run.jobName(id));
    }

    private static boolean isHeartbeat(RunEvent.Message message) {
      String label = message.content().label();
      return label.toLowerCase(Locale.ROOT).contains("heartbeat")
          || label.equals("zk ping")
          || label.equals("zk pong");
    }
  }

  private static final String INDENT = " ".repeat(12);

  private final RecordedRun run;
  private final int width;

  /** A trace of the run. */
  public TextTrace(RecordedRun run) {
    this.run = run;
    this.width = run.processes().stream().mapToInt(String::length).max().orElse(0) + 3;
  }

  /** The lines that the filter wants. */
  public List<String> lines(Filter filter) {
    List<String> lines = new ArrayList<>();
    if (run.dropped() > 0) {
      lines.add(INDENT + "  (" + run.dropped() + " earlier events were not kept)");
    }
    ClusterState state = new ClusterState();
    for (RunEvent event : run.events()) {
      boolean stateChanged = state.apply(event);
      String what = describe(event, filter);
      if (what != null) {
        lines.add("%12.6f  %s".formatted(event.nanos() / 1e9, what));
        if (stateChanged) {
          lines.add(INDENT + "  = " + state.line());
        }
      }
    }
    return lines;
  }

  /** What the line says after the time; null if the filter does not want it. */
  private @Nullable String describe(RunEvent event, Filter filter) {
    if (event instanceof RunEvent.Message message) {
      return filter.wants(message, run) ? describe(message) : null;
    }
    if (event instanceof RunEvent.Transition transition) {
      RunEvent.Subject subject = transition.subject();
      boolean wanted =
          filter.wantsProcess(transition.process()) && filter.wantsJob(subject.job(), run);
      return wanted ? at(transition.process(), describe(transition)) : null;
    }
    if (event instanceof RunEvent.Lifecycle lifecycle) {
      String what = lifecycle.event().name() + " " + lifecycle.detail();
      return filter.wantsProcess(lifecycle.process())
          ? at(lifecycle.process(), what.strip())
          : null;
    }
    if (event instanceof RunEvent.Leadership leadership) {
      return at(leadership.process(), describe(leadership));
    }
    if (event instanceof RunEvent.Coordination coordination) {
      return at(coordination.process(), coordination.what());
    }
    if (event instanceof RunEvent.Links links) {
      return inWorld("links: " + links.change());
    }
    if (event instanceof RunEvent.Note note) {
      return inWorld(note.text());
    }
    RunEvent.Violation violation = (RunEvent.Violation) event;
    return inWorld("VIOLATION " + violation.kind() + ": " + violation.text());
  }

  private String at(Life process, String what) {
    return ("%-" + width + "s %s").formatted(process, what);
  }

  private String inWorld(String what) {
    return ("%-" + width + "s %s").formatted("world", what);
  }

  private String describe(RunEvent.Message message) {
    RunEvent.Content content = message.content();
    String call = content.label().replaceFirst("\\(.*", "");
    String answer = content.kind() == MessageKind.REPLY ? "answer " : "";
    String with = content.text().isEmpty() ? "" : "(" + content.text() + ")";
    return ("%-" + width + "s -> %-" + width + "s %s%s%s  %s")
        .formatted(
            message.from(), message.to(), answer, call, with, describe(message.ending(), message));
  }

  private static String describe(RunEvent.Ending ending, RunEvent.Message message) {
    String after = "+%.3f ms".formatted((ending.nanos() - message.nanos()) / 1e6);
    return switch (ending.fate()) {
      case ARRIVED -> after;
      case LOST -> "LOST: " + ending.why();
      case UNDER_WAY -> "(under way)";
      case FENCED -> after + ", FENCED: " + ending.why();
      case REFUSED -> after + ", REFUSED: " + ending.why();
    };
  }

  private static String describe(RunEvent.Transition transition) {
    RunEvent.Subject subject = transition.subject();
    return "%s %s: %s -> %s"
        .formatted(subject.machine(), subject.name(), transition.from(), transition.to());
  }

  private static String describe(RunEvent.Leadership leadership) {
    String session = leadership.session().substring(0, RunNames.SHORT_ID);
    return switch (leadership.step()) {
      case ELECTED -> "elects " + session;
      case PUBLISHED -> "publishes " + session;
      case DEPOSED -> "ends " + session;
      case BELIEVES -> "leads as " + session;
      case GIVES_UP -> "gives up " + session;
    };
  }
}
